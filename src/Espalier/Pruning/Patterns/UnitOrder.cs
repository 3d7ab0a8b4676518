using Espalier.Training;

namespace Espalier.Pruning.Patterns;

/// <summary>
/// Puts the hidden units of a network into another order: the rows of a layer with their biases, and the columns of the next. It computes
/// the same, but sums of the next layer come in another order, and so may round otherwise.
/// </summary>
public static class UnitOrder
{
    /// <summary>A copy of <paramref name="network"/> with the units of one layer in another order.</summary>
    /// <param name="network">The network, of fully connected layers.</param>
    /// <param name="layerIndex">The layer, from 0; not the last, whose units are the outputs.</param>
    /// <param name="order">The present number of each unit in its new place: every unit once.</param>
    /// <exception cref="ArgumentException">There is no such hidden layer, or a unit is missing or there twice.</exception>
    /// <exception cref="EspalierException">A layer is not fully connected.</exception>
    public static TrainableNetwork Apply(TrainableNetwork network, int layerIndex, IReadOnlyList<int> order)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(order);
        ArgumentOutOfRangeException.ThrowIfNegative(layerIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(layerIndex, network.Layers.Count - 1);
        TrainableNetwork ordered = network.Clone();
        TrainableDense[] layers = Layerwise.DenseLayers.Of(ordered);
        (TrainableDense layer, TrainableDense next) = (layers[layerIndex], layers[layerIndex + 1]);
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
