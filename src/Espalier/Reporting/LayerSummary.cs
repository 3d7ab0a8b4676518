using System.Text.Json.Serialization;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Reporting;

/// <summary>One layer of a <see cref="ModelSummary"/>.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Shape">Inputs x outputs, as in the model file.</param>
/// <param name="LoweredShape">Inputs x outputs that are left after lowering; "-" when the layer is gone.</param>
/// <param name="Activation">The activation function.</param>
/// <param name="NonZeros">The weights that are left.</param>
/// <param name="Density">The share of the weights that are left, 0 to 1.</param>
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
    /// <summary>Sums up <paramref name="given"/>, a layer of the model file, and what lowering made of it.</summary>
    public static LayerSummary Of(DenseLayer given, LoweredNetwork lowered)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(lowered);
        var summary = new LayerSummary(
            given.Name, ShapeOf(given), "-", given.Activation.Kind.ToString().ToLowerInvariant(), given.Weights.Count,
            given.Weights.Density,
            "none", "its outputs are constant or unread", 0, null, 0, 0, 0);

        // By name and not by position: layers that cannot matter are gone after lowering.
        int index = Enumerable.Range(0, lowered.LayerCount).FirstOrDefault(i => lowered.Dense(i).Name == given.Name, -1);
        if (index < 0) return summary;
        KernelChoice choice = lowered.Widest.Kernels[index];
        return summary with
        {
            LoweredShape = ShapeOf(lowered.Dense(index)),
            Kernel = choice.Name,
            Reason = choice.Reason,
            EstimatedNs = choice.Estimate.Nanoseconds,
            Fill = choice.Estimate.Fill,
            TableBytes = choice.Estimate.TableBytes,
            CodeBytes = choice.Estimate.CodeBytes,
            ScratchBytes = lowered.Widest.ScratchBytes(index),
        };
    }

    private static string ShapeOf(DenseLayer layer) => $"{layer.Weights.Columns}x{layer.Weights.Rows}";
}
