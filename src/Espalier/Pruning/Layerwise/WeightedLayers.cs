using Espalier.Training;

namespace Espalier.Pruning.Layerwise;

/// <summary>The layers that layer-wise methods treat: those with weights, in the order of the prunable parameters.</summary>
internal static class WeightedLayers
{
    /// <summary>The layers of a network that have weights; others stand between them.</summary>
    public static WeightedPlace[] Of(TrainableNetwork network)
    {
        var places = new List<WeightedPlace>();
        for (int i = 0; i < network.Layers.Count; i++)
        {
            if (network.Layers[i] is TrainableWeightedLayer layer) places.Add(new(i, layer));
        }

        return [.. places];
    }

    /// <summary>The layers of a network that have weights; all layers must be as those of <paramref name="other"/>.</summary>
    /// <exception cref="EspalierException">They are not.</exception>
    public static WeightedPlace[] OfSameShape(TrainableNetwork network, TrainableNetwork other)
    {
        return network.Layers.Select(Shape).SequenceEqual(other.Layers.Select(Shape))
            ? Of(network)
            : throw new EspalierException($"Network '{network.Name}' is not of the same layers as its pruned form; give one and its copy.");

        static object Shape(TrainableLayer layer) => (layer.GetType(), layer.InputShape, layer.OutputShape);
    }
}
