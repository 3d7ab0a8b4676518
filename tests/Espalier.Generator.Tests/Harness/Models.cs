using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Inference;

namespace Espalier.Generator.Tests.Harness;

/// <summary>Model texts for the tests.</summary>
internal static class Models
{
    /// <summary>Two inputs, two hidden units, one output; <paramref name="weight"/> is one of its weights.</summary>
    public static Network Small(float weight = 0.5f, string name = "tiny", string hidden = "hidden", string answer = "answer") => new(
        name,
        Shape.Flat(2),
        new EquatableArray<Layer>(
        [
            new DenseLayer(hidden, SparseMatrix.FromDense(2, 2, [weight, -1, 0, 2]), new FloatVector([0.25f, -0f]), Activation.Relu),
            new DenseLayer(answer, SparseMatrix.FromDense(1, 2, [1.5f, -0.125f]), new FloatVector([-1]), Activation.Identity),
        ]),
        default);

    public static string SmallText(float weight = 0.5f) => ModelWriter.ToText(Small(weight));

    /// <summary>A random network of small layers, with samples that the reference interpreter answered.</summary>
    public static Network Random(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        ActivationKind[] kinds = Enum.GetValues<ActivationKind>();
        int inputs = 1 + random.Next(12), width = inputs;
        var layers = new Layer[1 + random.Next(4)];
        for (int i = 0; i < layers.Length; i++)
        {
            int outputs = 1 + random.Next(9);
            var activation = new Activation(kinds[random.Next(kinds.Length)]);
            if (activation.HasParameter) activation = activation with { Alpha = 0.3f };
            layers[i] = Dense(random, $"layer{i}", width, outputs, 0.5f, activation);
            width = outputs;
        }

        return WithSamples(new Network($"Net{seed}", Shape.Flat(inputs), new EquatableArray<Layer>(layers), default), random);
    }

    /// <summary>A network too large for straight-line code.</summary>
    public static Network Large()
    {
        var random = new SeededRandom(5);
        DenseLayer[] layers =
        [
            Dense(random, "wide", 400, 120, 0.5f, Activation.Tanh),
            Dense(random, "answer", 120, 10, 0.9f, Activation.Softmax),
        ];
        return WithSamples(new Network("Large", Shape.Flat(400), new EquatableArray<Layer>(layers), default), random);
    }

    public static float[] Values(SeededRandom random, int length, float density)
    {
        var values = new float[length];
        for (int i = 0; i < length; i++) values[i] = random.NextSingle() < density ? 2 * random.NextSingle() - 1 : 0;
        return values;
    }

    private static Network WithSamples(Network network, SeededRandom random)
    {
        var reference = new ReferenceInterpreter(network);
        var samples = new Sample[3];
        for (int i = 0; i < samples.Length; i++)
        {
            float[] input = Values(random, network.InputShape.Length, 0.7f), output = new float[network.OutputShape.Length];
            reference.Predict(input, output);
            samples[i] = Sample.FromDense(input, output);
        }

        return network with { Samples = new EquatableArray<Sample>(samples) };
    }

    private static DenseLayer Dense(SeededRandom random, string name, int inputs, int outputs, float density, Activation activation)
    {
        SparseMatrix weights = SparseMatrix.FromDense(outputs, inputs, Values(random, outputs * inputs, density));
        return new DenseLayer(name, weights, new FloatVector(Values(random, outputs, 1)), activation);
    }
}
