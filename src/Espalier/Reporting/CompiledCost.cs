using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Training;
using static System.FormattableString;

namespace Espalier.Reporting;

/// <summary>What a compiled network costs, in the figures of <see cref="ModelSummary"/>, for pruning to a budget of it.</summary>
public sealed class CompiledCost
{
    private readonly Func<ModelSummary, double> _ofModel;
    private readonly Func<LayerSummary, double> _ofLayer;

    private CompiledCost(string name, string unit, Func<ModelSummary, double> ofModel, Func<LayerSummary, double> ofLayer) =>
        (Name, Unit, _ofModel, _ofLayer) = (name, unit, ofModel, ofLayer);

    /// <summary>Machine code (estimated) and tables, in bytes: <see cref="ModelSummary.CompiledBytes"/>.</summary>
    public static CompiledCost Bytes { get; } =
        new("compiled bytes", "bytes", summary => summary.CompiledBytes, layer => layer.TableBytes + layer.CodeBytes);

    /// <summary>The estimated time of a prediction, in nanoseconds: <see cref="ModelSummary.EstimatedNs"/>.</summary>
    public static CompiledCost Nanoseconds { get; } = new("estimated ns", "ns", summary => summary.EstimatedNs, layer => layer.EstimatedNs);

    /// <summary>The cost in a few words.</summary>
    public string Name { get; }

    /// <summary>The unit, as it stands behind a number.</summary>
    public string Unit { get; }

    /// <summary>The cost of a network when it is compiled as it stands.</summary>
    public double Of(TrainableNetwork network) => _ofModel(Summarize(network));

    /// <summary>
    /// The cost of each layer with weights when the network is compiled as it stands; a pooling may be computed with one.
    /// </summary>
    public IReadOnlyList<(LayerSummary Layer, double Cost)> OfWeightedLayers(TrainableNetwork network)
    {
        HashSet<string> weighted = [.. network.ToNetwork().Layers.OfType<WeightedLayer>().Select(layer => layer.Name)];
        return [.. Summarize(network).Layers.Where(layer => weighted.Contains(layer.Name)).Select(layer => (layer, _ofLayer(layer)))];
    }

    /// <summary>So much of it, such as "1200 bytes".</summary>
    public string Words(double amount) => Invariant($"{amount:0.##} {Unit}");

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static ModelSummary Summarize(TrainableNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Network model = network.ToNetwork();
        return ModelSummary.Of(model, LoweringPipeline.Run(model));
    }
}
