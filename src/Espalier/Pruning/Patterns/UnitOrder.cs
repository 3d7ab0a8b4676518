using Espalier.Training;

namespace Espalier.Pruning.Patterns;

/// <summary>
/// Puts the hidden units of a network into another order: the rows of a layer with their biases, and the columns of the next. It computes
/// the same, but sums of the next layer come in another order, and so may round otherwise.
/// </summary>
public static class UnitOrder
{
    /// <summary>A copy of <paramref name="network"/> with the units of one layer in another order.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layerIndex">The layer, from 0: a dense one that the next reads, also a dense one, and nobody else.</param>
    /// <param name="order">The present number of each unit in its new place: every unit once.</param>
    /// <exception cref="ArgumentException">There is no such hidden layer, or a unit is missing or there twice.</exception>
    /// <exception cref="EspalierException">The layer or what reads it is of another kind.</exception>
    public static TrainableNetwork Apply(TrainableNetwork network, int layerIndex, IReadOnlyList<int> order)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(order);
        ArgumentOutOfRangeException.ThrowIfNegative(layerIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(layerIndex, network.Layers.Count - 1);
        if (!CanChange(network, layerIndex))
        {
            throw new EspalierException(
                $"The order of the units of layer '{network.Layers[layerIndex].Name}' cannot change: only that of dense layers can which "
                + "another dense layer reads, and nobody else.");
        }

        TrainableNetwork ordered = network.Clone();
        (TrainableDense layer, TrainableDense next) =
            ((TrainableDense)ordered.Layers[layerIndex], (TrainableDense)ordered.Layers[layerIndex + 1]);
        if (!order.Order().SequenceEqual(Enumerable.Range(0, layer.Weights.Rows)))
        {
            throw new ArgumentException(
                $"The order does not name each of the {layer.Weights.Rows} units of {layer.Name} once.", nameof(order));
        }

        int inputs = layer.Weights.Columns, units = layer.Weights.Rows;
        Move(layer.Weights, weight => order[weight / inputs] * inputs + weight % inputs);
        Move(layer.Biases, unit => order[unit]);
        Move(next.Weights, weight => weight / units * units + order[weight % units]);
        return ordered;
    }

    /// <summary>Whether a layer and the next are dense, and the next alone reads it.</summary>
    internal static bool CanChange(TrainableNetwork network, int layerIndex)
    {
        if (layerIndex + 1 >= network.Layers.Count) return false;
        int[] readers = [.. Enumerable.Range(0, network.Layers.Count).Where(i => network.SourcesOf(i).Contains(layerIndex))];
        return network.Layers[layerIndex] is TrainableDense && network.Layers[layerIndex + 1] is TrainableDense
            && readers is [int reader] && reader == layerIndex + 1;
    }

    /// <summary>Gives each place the number and the mask word of the place that <paramref name="source"/> names.</summary>
    private static void Move(Parameter parameter, Func<int, int> source)
    {
        var values = (float[])parameter.Values.Clone();
        uint[]? mask = parameter.Mask is null ? null : new uint[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            parameter.Values[i] = values[source(i)];
            if (mask is not null) mask[i] = parameter.Mask![source(i)];
        }

        if (mask is not null) parameter.Freeze(mask);
    }
}
