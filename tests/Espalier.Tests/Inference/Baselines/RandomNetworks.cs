using Espalier.Compilation.Model;

namespace Espalier.Tests.Inference.Baselines;

/// <summary>Seeded networks and inputs for the contenders.</summary>
internal static class RandomNetworks
{
    /// <summary>One activation of each kind, with parameters that are not the defaults.</summary>
    public static IReadOnlyList<Activation> Activations { get; } =
    [
        Activation.Identity, Activation.Relu, Activation.LeakyRelu(0.125f), Activation.Elu(0.75f),
        Activation.Selu, Activation.Sigmoid, Activation.Tanh, Activation.Softmax,
    ];

    /// <summary>A network of dense layers of the given lengths, inputs first; weights scaled so that sums stay near one.</summary>
    public static Network Make(ulong seed, double density, Activation hidden, Activation last, params ReadOnlySpan<int> lengths)
    {
        var random = new SeededRandom(seed);
        var layers = new List<Layer>();
        for (int i = 1; i < lengths.Length; i++)
        {
            (int inputs, int outputs) = (lengths[i - 1], lengths[i]);
            var weights = new float[inputs * outputs];
            var biases = new float[outputs];
            foreach (ref float weight in weights.AsSpan())
            {
                if (random.NextDouble() < density) weight = (float)(random.NextNormal() / Math.Sqrt(inputs * density));
            }

            foreach (ref float bias in biases.AsSpan()) bias = (float)random.NextNormal();
            Activation activation = i == lengths.Length - 1 ? last : hidden;
            layers.Add(new DenseLayer($"layer{i}", SparseMatrix.FromDense(outputs, inputs, weights), new FloatVector(biases), activation));
        }

        return new Network("random", Shape.Flat(lengths[0]), new EquatableArray<Layer>(layers), default);
    }

    /// <summary>Normally distributed inputs for a number of samples.</summary>
    public static float[] Inputs(Network network, int samples, ulong seed = 1)
    {
        var random = new SeededRandom(seed);
        var inputs = new float[network.InputShape.Length * samples];
        foreach (ref float value in inputs.AsSpan()) value = (float)random.NextNormal();
        return inputs;
    }
}
