using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Reporting;

/// <summary>One layer of a <see cref="ModelSummary"/>.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Shape">Inputs x outputs, as in the model file.</param>
/// <param name="LoweredShape">Inputs x outputs that are left after lowering.</param>
/// <param name="Activation">The activation function.</param>
/// <param name="NonZeros">The weights that are left.</param>
/// <param name="Density">The share of the weights that are left, 0 to 1.</param>
/// <param name="Kernel">How the layer is compiled.</param>
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
    double? Fill,
    long TableBytes,
    long CodeBytes,
    long ScratchBytes)
{
    /// <summary>Sums up layer <paramref name="index"/>.</summary>
    public static LayerSummary Of(DenseLayer given, LoweredNetwork lowered, int index)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(lowered);
        DenseLayer left = lowered.Dense(index);
        KernelChoice choice = lowered.Kernels[index];
        return new LayerSummary(
            given.Name,
            $"{given.Weights.Columns}x{given.Weights.Rows}",
            $"{left.Weights.Columns}x{left.Weights.Rows}",
            given.Activation.Kind.ToString().ToLowerInvariant(),
            given.Weights.Count,
            given.Weights.Count / ((double)given.Weights.Rows * given.Weights.Columns),
            choice.Kernel.ToString().ToLowerInvariant(),
            choice.Reason,
            choice.Estimate.Nanoseconds,
            null,
            choice.Estimate.TableBytes,
            choice.Estimate.CodeBytes,
            index == lowered.LayerCount - 1 ? 0 : sizeof(float) * (long)left.Weights.Rows);
    }
}
