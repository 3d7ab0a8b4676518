using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>Networks of random weights, for measurements in which only shapes and density matter.</summary>
public static class RandomNetwork
{
    /// <summary>
    /// Makes dense layers whose weights are kept with a given probability and are normal with variance 1 / (inputs x density), so
    /// that sums neither vanish nor grow from layer to layer; biases are standard normal.
    /// </summary>
    /// <param name="seed">The same seed gives the same network.</param>
    /// <param name="density">The probability of a weight to be there, above 0 and at most 1.</param>
    /// <param name="hidden">The activation of all layers but the last.</param>
    /// <param name="last">The activation of the last layer.</param>
    /// <param name="lengths">The number of inputs, then the number of outputs of each layer.</param>
    /// <exception cref="ArgumentException">There is no layer, or a length or the density is out of range.</exception>
    public static Network Create(ulong seed, double density, Activation hidden, Activation last, params ReadOnlySpan<int> lengths)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(density);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(density, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(lengths.Length, 2, nameof(lengths));
        var random = new SeededRandom(seed);
        var layers = new List<Layer>();
        for (int i = 1; i < lengths.Length; i++)
        {
            (int inputs, int outputs) = (lengths[i - 1], lengths[i]);
            var weights = new float[checked(inputs * outputs)];
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

    /// <summary>Standard normal inputs for a number of samples of <paramref name="network"/>, row by row.</summary>
    public static float[] Inputs(Network network, int samples, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(network);
        var random = new SeededRandom(seed);
        var inputs = new float[checked(network.InputShape.Length * samples)];
        foreach (ref float value in inputs.AsSpan()) value = (float)random.NextNormal();
        return inputs;
    }
}
