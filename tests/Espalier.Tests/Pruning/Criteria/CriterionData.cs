using Espalier.Compilation.Model;
using Espalier.Pruning;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Criteria;

/// <summary>Small networks for the tests of criteria.</summary>
internal static class CriterionData
{
    /// <summary>A network of three layers of ReLU units, 5-7-6-3, of which chance has removed the given share of the weights.</summary>
    public static TrainableNetwork Network(ulong seed, double removed = 0)
    {
        TrainableNetwork network =
            TrainableNetwork.Perceptron("three", Shape.Flat(5), [7, 6, 3], Activation.Relu, Activation.Softmax, seed);
        var random = new SeededRandom(seed + 100);
        foreach (Parameter biases in network.Parameters.Where(parameter => !parameter.IsWeight))
        {
            foreach (ref float bias in biases.Values.AsSpan()) bias = 0.2f * (float)random.NextNormal();
        }

        if (removed == 0) return network;
        foreach (Parameter layer in network.PrunableParameters)
        {
            layer.Freeze(Array.ConvertAll(layer.Values, _ => random.NextDouble() < removed ? Parameter.Removed : Parameter.Live));
        }

        return network;
    }

    public static PruningContext Context(TrainableNetwork network, int samples = 60) =>
        new(network, TrainingData.Clouds(samples, 3), LossKind.CategoricalCrossEntropy);

    public static bool IsLive(Parameter layer, int index) => layer.Mask is null || layer.Mask[index] == Parameter.Live;

    /// <summary>
    /// The weights that are left of <paramref name="network"/> when a copy of it is pruned by the criterion, layer by layer.
    /// </summary>
    public static bool[][] Survivors(PruningCriterion criterion, TrainableNetwork network, int keep)
    {
        TrainableNetwork copy = network.Clone();
        criterion.Remove(Context(copy), new RemovalBudget(keep, PruningScope.Global));
        return [.. copy.PrunableParameters.Select(layer =>
            Enumerable.Range(0, layer.Values.Length).Select(i => IsLive(layer, i)).ToArray())];
    }

    /// <summary>
    /// Multiplies all weights and biases of a layer, and divides the weights of the next one: the same function of ReLU units.
    /// </summary>
    public static TrainableNetwork WithScaledLayer(TrainableNetwork network, int layer, float factor)
    {
        TrainableNetwork scaled = network.Clone();
        foreach (ref float value in scaled.PrunableParameters[layer].Values.AsSpan()) value *= factor;
        foreach (ref float value in scaled.Parameters[2 * layer + 1].Values.AsSpan()) value *= factor;
        foreach (ref float value in scaled.PrunableParameters[layer + 1].Values.AsSpan()) value /= factor;
        return scaled;
    }

    /// <summary>Multiplies what one unit reads, and divides what reads it: the same function of ReLU units.</summary>
    public static TrainableNetwork WithScaledUnit(TrainableNetwork network, int layer, int unit, float factor)
    {
        TrainableNetwork scaled = network.Clone();
        Parameter incoming = scaled.PrunableParameters[layer], outgoing = scaled.PrunableParameters[layer + 1];
        foreach (ref float value in incoming.Values.AsSpan(unit * incoming.Columns, incoming.Columns)) value *= factor;
        scaled.Parameters[2 * layer + 1].Values[unit] *= factor;
        for (int row = 0; row < outgoing.Rows; row++) outgoing.Values[row * outgoing.Columns + unit] /= factor;
        return scaled;
    }
}
