using Espalier.Compilation.Kernels.Batch;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;

namespace Espalier.Reporting;

/// <summary>What a network is and what its compiled form costs, ready for tables and JSON.</summary>
/// <param name="Name">The network's name.</param>
/// <param name="Input">The input shape.</param>
/// <param name="Weights">The weights that a dense network of these layers has, biases not counted.</param>
/// <param name="NonZeros">The weights that are left.</param>
/// <param name="Layers">One entry a layer.</param>
/// <param name="EstimatedNs">The estimated time of one prediction in nanoseconds.</param>
/// <param name="CompiledBytes">
/// Machine code (estimated) and tables of the plan for the widest registers; those for narrower ones and for batches come on top.
/// </param>
/// <param name="DenseBytes">Weights and biases as a dense form would hold them, four bytes each.</param>
/// <param name="Notes">What the passes did.</param>
public sealed record ModelSummary(
    string Name,
    string Input,
    long Weights,
    long NonZeros,
    IReadOnlyList<LayerSummary> Layers,
    double EstimatedNs,
    long CompiledBytes,
    long DenseBytes,
    IReadOnlyList<string> Notes)
{
    /// <summary>The code for each register width, from the widest on.</summary>
    public IReadOnlyList<PlanSummary> Plans { get; init; } = [];

    /// <summary>The estimated time of a sample in a large batch, in nanoseconds; null when there is no code for vectors.</summary>
    public double? BatchEstimatedNs { get; init; }

    /// <summary>Bytes of the tables that serve batches at all register widths.</summary>
    public long BatchTableBytes { get; init; }

    /// <summary>The share of the weights that are left, 0 to 1; 0 for a network without weights.</summary>
    public double Density => Weights == 0 ? 0 : (double)NonZeros / Weights;

    /// <summary>
    /// The time that a prediction of the same network without a zero is expected to take in our own dense code, in nanoseconds; null where
    /// it was not asked.
    /// </summary>
    public double? DenseEstimatedNs { get; init; }

    /// <summary>The same with <see cref="DenseEstimatedNs"/>.</summary>
    /// <param name="network">The network that the summary is of.</param>
    public ModelSummary WithDenseTime(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return this with { DenseEstimatedNs = DenseTwin.Nanoseconds(network) };
    }

    /// <summary>The same with the bytes of machine code that the JIT makes of the layers here.</summary>
    /// <param name="compiled">The network, compiled by the lowering that the summary is of.</param>
    public ModelSummary WithMachineCode(CompiledNetwork compiled)
    {
        ArgumentNullException.ThrowIfNull(compiled);
        IReadOnlyList<long?> bytes = MachineCode.OfStages(compiled);
        WidthPlan plan = compiled.Lowered.Widest;
        return this with { Layers = [.. Layers.Select(layer => layer with { MachineCodeBytes = BytesOf(layer) })] };

        long? BytesOf(LayerSummary layer) =>
            plan.StageOf(layer.Name) is >= 0 and int stage && plan.Stages[stage].Layer.Name == layer.Name ? bytes[stage] : null;
    }

    /// <summary>Sums up <paramref name="network"/> and what lowering made of it.</summary>
    /// <remarks>The costs of layers that are computed together stand with the first of them.</remarks>
    public static ModelSummary Of(Network network, LoweredNetwork lowered)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(lowered);
        LayerSummary[] layers = [.. network.Layers.Select(layer => LayerSummary.Of(layer, lowered))];
        WeightedLayer[] weighted = [.. network.Layers.OfType<WeightedLayer>()];
        long weights = weighted.Sum(layer => (long)layer.Weights.Rows * layer.Weights.Columns);
        long biases = weighted.Sum(layer => (long)layer.Biases.Length);
        return new ModelSummary(
            network.Name,
            network.InputShape.ToString(),
            weights,
            network.WeightCount,
            layers,
            lowered.Widest.Nanoseconds,
            layers.Sum(layer => layer.TableBytes + layer.CodeBytes),
            sizeof(float) * (weights + biases),
            [.. lowered.Notes.Select(note => $"{note.Pass}: {note.Text}")])
        {
            Plans = [.. lowered.Plans.Select(PlanSummary.Of)],
            BatchEstimatedNs = BatchReport.Nanoseconds(lowered),
            BatchTableBytes = BatchReport.TableBytes(lowered),
        };
    }
}
