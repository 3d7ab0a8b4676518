using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>How many units a layer has.</summary>
/// <param name="Layer">The layer that is the first to compute them, or <see cref="Compilation.Model.Layer.InputName"/>.</param>
/// <param name="Kind">What they are.</param>
/// <param name="All">Their number.</param>
/// <param name="Read">Those of them that something reads: that have an outgoing weight other than zero.</param>
public sealed record UnitCount(string Layer, UnitKind Kind, int All, int Read)
{
    /// <summary>The units of a network, layer by layer, the inputs first; layers that only pass on what others compute have none.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="EspalierException">The network has layers whose units cannot be removed.</exception>
    public static IReadOnlyList<UnitCount> Of(TrainableNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var layers = new UnitLayers(network);
        return
        [
            .. Enumerable.Range(0, layers.Count).Where(layer => layers.Size(layer) > 0).Select(layer => new UnitCount(
                layer == 0 ? Compilation.Model.Layer.InputName : network.Layers[layer - 1].Name, layers.KindOf(layer), layers.Size(layer),
                layers.Read(layer).AsSpan().Count(true))),
        ];
    }
}
