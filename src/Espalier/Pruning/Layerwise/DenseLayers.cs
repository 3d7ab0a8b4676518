using Espalier.Training;

namespace Espalier.Pruning.Layerwise;

/// <summary>The layers that layer-wise methods treat.</summary>
internal static class DenseLayers
{
    /// <summary>All layers of a network, which must be fully connected.</summary>
    /// <exception cref="EspalierException">One is not.</exception>
    public static TrainableDense[] Of(TrainableNetwork network) =>
    [
        .. network.Layers.Select(layer => layer as TrainableDense ?? throw new EspalierException(
            $"Layer '{layer.Name}' is a {layer.GetType().Name}; this method treats networks of fully connected layers only.")),
    ];

    /// <summary>All layers of a network, which must be as large as <paramref name="others"/>.</summary>
    /// <exception cref="EspalierException">They are not.</exception>
    public static TrainableDense[] OfSameShape(TrainableNetwork network, TrainableDense[] others)
    {
        TrainableDense[] layers = Of(network);
        return layers.Select(Shape).SequenceEqual(others.Select(Shape))
            ? layers
            : throw new EspalierException($"Network '{network.Name}' is not of the same layers as its pruned form; give one and its copy.");

        static (int Outputs, int Inputs) Shape(TrainableDense layer) => (layer.Weights.Rows, layer.Weights.Columns);
    }
}
