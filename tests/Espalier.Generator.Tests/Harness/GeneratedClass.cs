using System.Reflection;

namespace Espalier.Generator.Tests.Harness;

/// <summary>The members of a generated class, bound as delegates.</summary>
internal sealed class GeneratedClass(Type type)
{
    private delegate void Predictor(ReadOnlySpan<float> input, Span<float> output);

    private delegate bool Verifier(out float largestError);

    public Type Type => type;

    public int InputLength => (int)type.GetField("InputLength")!.GetRawConstantValue()!;

    public int OutputLength => (int)type.GetField("OutputLength")!.GetRawConstantValue()!;

    public float[] Predict(float[] input)
    {
        MethodInfo method = type.GetMethod("Predict", [typeof(ReadOnlySpan<float>), typeof(Span<float>)])!;
        var output = new float[OutputLength];
        method.CreateDelegate<Predictor>()(input, output);
        return output;
    }

    public bool Verify() => type.GetMethod("Verify")!.CreateDelegate<Verifier>()(out _);
}
