using Espalier.Compilation.Lowering;

namespace Espalier.Inference.Baselines;

/// <summary>One kernel on one layer: what it was expected to take and what it took.</summary>
/// <param name="Choice">The kernel, its width and its estimate.</param>
/// <param name="PredictedNs">The estimated time of a sample, copies of the input included, in nanoseconds.</param>
/// <param name="MeasuredNs">The median time of a call, in nanoseconds; null when the estimate was so long that it was not measured.</param>
/// <param name="IsChosen">Whether the compiler takes this kernel for this layer on this processor.</param>
public sealed record KernelTrial(KernelChoice Choice, double PredictedNs, double? MeasuredNs, bool IsChosen);
