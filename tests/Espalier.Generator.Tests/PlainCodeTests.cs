using System.Reflection;
using System.Runtime.InteropServices;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Generator.Tests.Harness;
using Espalier.Inference;
using Espalier.Tests.Shared;

namespace Espalier.Generator.Tests;

/// <summary>Code for netstandard2.0 and C# 7.3, against the reference interpreter.</summary>
public sealed class PlainCodeTests
{
    private const int Networks = 25;

    private static readonly LoweringOptions s_scalar = new() { Widths = VectorWidth.Scalar };

    public static TheoryData<LoweringOptions> Ways =>
    [
        s_scalar,
        s_scalar with { Kernel = KernelKind.Table },
        s_scalar with { Kernel = KernelKind.Unrolled, MethodTerms = LoweringOptions.MinMethodTerms },
        LoweringOptions.Default,
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Plain_code_gives_the_bits_of_the_interpreter(LoweringOptions lowering)
    {
        Network[] networks =
        [
            .. Enumerable.Range(0, Networks).Select(Models.Random), .. Enumerable.Range(0, Networks).Select(GraphNetworks.Random),
            Models.Large(),
        ];

        PlainCode.Load(networks, lowering, types =>
        {
            for (int i = 0; i < networks.Length; i++) Compare(networks[i], types[i], lowering);
        });
    }

    /// <summary>Its values stand in an array for each layer.</summary>
    [Fact]
    public void The_head_of_plain_code_does_not_speak_of_memory_that_values_share()
    {
        LoweredNetwork lowered = LoweringPipeline.Run(GraphNetworks.Random(3), s_scalar);

        Assert.Contains("// Scratch memory: ", Kernels(isPlain: false), StringComparison.Ordinal);
        Assert.DoesNotContain("// Scratch memory: ", Kernels(isPlain: true), StringComparison.Ordinal);

        string Kernels(bool isPlain) => CSharpEmitter.EmitKernels(lowered, new EmitOptions("Net") { IsPlain = isPlain })[0].Text;
    }

    [Fact]
    public void Plain_code_refuses_arrays_that_do_not_fit()
    {
        PlainCode.Load([Models.Small()], s_scalar, types =>
        {
            Type type = types[0];
            float[] two = [4, 1], one = [0];
            Assert.Throws<ArgumentException>(() => PlainCode.Predict(type)(one, one));
            Assert.Throws<ArgumentException>(() => PlainCode.Predict(type)(two, two));
            Assert.Throws<ArgumentException>(() => PlainCode.Predict(type)(null!, one));
            Assert.Throws<ArgumentException>(() => PlainCode.Predict(type)(two, null!));
            Assert.Throws<ArgumentException>(() => PlainCode.Classify(type)(one));
            Assert.Throws<ArgumentException>(() => PlainCode.PredictBatch(type)([1, 2, 3, 4], one));
            Assert.Throws<ArgumentException>(() => PlainCode.PredictBatch(type)([1, 2, 3], one));
            PlainCode.Predict(type)(two, one);
            Assert.Equal([0.625f], one);
        });
    }

    [Fact]
    public void Plain_code_allocates_on_the_first_call_alone()
    {
        PlainCode.Load([Models.Large()], s_scalar, types =>
        {
            Action<float[], float[]> predict = PlainCode.Predict(types[0]);
            Func<float[], int> classify = PlainCode.Classify(types[0]);
            float[] input = new float[400], output = new float[10];
            Allocation.AssertNoneAfterFirst(() =>
            {
                predict(input, output);
                classify(input);
            });
        });
    }

    [Fact]
    public void The_surface_of_plain_code_does_not_change_with_weights() => Assert.Equal(Surface(0.5f), Surface(0.75f));

    [Fact]
    public void The_item_asks_for_plain_code_and_the_project_for_all_items()
    {
        var text = new ModelText("m.espalier", Models.SmallText());
        string plain = GeneratorRun.Start(ProjectOptions.In("Acme").With("m.espalier", plain: "true"), text).Sources["Acme.m.g.cs"];
        string spans = GeneratorRun.Start(ProjectOptions.In("Acme").With("m.espalier", plain: "False"), text).Sources["Acme.m.g.cs"];

        Assert.Contains("Predict(float[] input, float[] output)", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("Span", plain, StringComparison.Ordinal);
        Assert.Contains("Predict(global::System.ReadOnlySpan<float> input", spans, StringComparison.Ordinal);
    }

    private static string Surface(float weight) => CSharpEmitter.Emit(
        LoweringPipeline.Run(Models.Small(weight), s_scalar), new EmitOptions("Small") { IsPlain = true })[0].Text;

    private static void Compare(Network network, Type type, LoweringOptions lowering)
    {
        const int Samples = 5;
        int inputLength = network.InputShape.Length, outputLength = network.OutputShape.Length;
        var reference = new ReferenceInterpreter(LoweringPipeline.Run(network, lowering).Network);
        var random = new SeededRandom(3);
        float[] inputs = Models.Values(random, Samples * inputLength, 0.8f), expected = new float[Samples * outputLength];
        float[] output = new float[outputLength], actual = new float[expected.Length], batch = new float[expected.Length];
        for (int i = 0; i < Samples; i++)
        {
            float[] input = inputs[(i * inputLength)..((i + 1) * inputLength)];
            reference.Predict(input, expected.AsSpan(i * outputLength, outputLength));
            PlainCode.Predict(type)(input, output);
            output.CopyTo(actual, i * outputLength);
            Assert.Equal(reference.Classify(input), PlainCode.Classify(type)(input));
        }

        PlainCode.PredictBatch(type)(inputs, batch);
        Assert.Equal(Bits(expected), Bits(actual));
        Assert.Equal(Bits(expected), Bits(batch));
        Assert.True(PlainCode.Verify(type), network.Name);
        Assert.Equal(inputLength, type.GetField("InputLength", BindingFlags.Public | BindingFlags.Static)!.GetRawConstantValue());
    }

    private static uint[] Bits(float[] values) => MemoryMarshal.Cast<float, uint>(values).ToArray();
}
