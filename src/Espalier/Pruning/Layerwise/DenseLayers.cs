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
}
