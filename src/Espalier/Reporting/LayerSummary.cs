using System.Text.Json.Serialization;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Reporting;

/// <summary>One layer of a <see cref="ModelSummary"/>.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Shape">Inputs x outputs, as in the model file; of images the shapes, such as "1x28x28 to 20x24x24".</param>
/// <param name="LoweredShape">What is left of it after lowering; "-" when the layer is gone.</param>
/// <param name="Activation">The activation function.</param>
/// <param name="NonZeros">The weights that are left.</param>
/// <param name="Density">The share of the weights that are left, 0 to 1; 0 for a layer without weights.</param>
/// <param name="Kernel">How the layer is compiled; "none" when it is gone.</param>
/// <param name="Reason">Why so.</param>
/// <param name="EstimatedNs">Estimated time in nanoseconds.</param>
/// <param name="Fill">The share of lane slots that hold a weight, or null for kernels without lanes.</param>
/// <param name="TableBytes">Bytes of constant tables.</param>
/// <param name="CodeBytes">Estimated bytes of machine code.</param>
/// <param name="ScratchBytes">Bytes of scratch memory for the layer's outputs; none for the last layer.</param>
public sealed record LayerSummary(
    string Name,
    string Shape,
    string LoweredShape,
    string Activation,
    int NonZeros,
    double Density,
    string Kernel,
    string Reason,
    double EstimatedNs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Fill,
    long TableBytes,
    long CodeBytes,
    long ScratchBytes)
{
    /// <summary>
    /// Bytes of machine code that the JIT made of the layer here, beside the estimate <see cref="CodeBytes"/>; null where it was not asked
    /// or cannot be told.
    /// </summary>
    public long? MachineCodeBytes { get; init; }

    /// <summary>Sums up <paramref name="given"/>, a layer of the model file, and what lowering made of it.</summary>
    public static LayerSummary Of(Layer given, LoweredNetwork lowered)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(lowered);
        SparseMatrix? weights = (given as WeightedLayer)?.Weights;
        var summary = new LayerSummary(
            given.Name, ShapeOf(given), "-", given.Activation.Kind.ToString().ToLowerInvariant(), weights?.Count ?? 0,
            weights?.Density ?? 0, "none", Absence(given), 0, null, 0, 0, 0);

        // By name and not by position: layers that cannot matter are gone after lowering.
        int index = lowered.Widest.StageOf(given.Name);
        if (index < 0) return summary;
        Stage stage = lowered.Widest.Stages[index];
        KernelChoice choice = lowered.Widest.Kernels[index];
        summary = summary with { Kernel = choice.Name };
        if (stage.Layer.Name != given.Name)
        {
            return summary with
            {
                LoweredShape = ShapeOf(stage.Last), Reason = $"it is computed with {stage.Layer.Name}",
                ScratchBytes = lowered.Widest.ScratchBytes(index),
            };
        }

        return summary with
        {
            LoweredShape = ShapeOf(stage.Layer),
            Reason = choice.Reason,
            EstimatedNs = choice.Estimate.Nanoseconds,
            Fill = choice.Estimate.Fill,
            TableBytes = choice.Estimate.TableBytes,
            CodeBytes = choice.Estimate.CodeBytes,
            ScratchBytes = stage.Pooling is null ? lowered.Widest.ScratchBytes(index) : 0,
        };
    }

    private static string Absence(Layer layer) => layer switch
    {
        FlattenLayer => "it moves no value",
        BatchNormalizationLayer => "it is folded into the layer before it, or its outputs are constant or unread",
        _ => "its outputs are constant or unread",
    };

    /// <summary>Inputs x outputs of a dense layer; of any other kind the shapes, "1x28x28 to 20x24x24".</summary>
    private static string ShapeOf(Layer layer) => layer is DenseLayer dense
        ? $"{dense.Weights.Columns}x{dense.Weights.Rows}"
        : $"{layer.InputShape} to {layer.OutputShape}";
}
