using Espalier.Compilation.Kernels;

namespace Espalier.Compilation.Lowering;

/// <summary>The kernel of one layer.</summary>
/// <param name="Kernel">How the layer is compiled.</param>
/// <param name="Estimate">What that is expected to cost.</param>
/// <param name="Reason">Why this one and not another, in words for the generated file and the report.</param>
public sealed record KernelChoice(KernelKind Kernel, KernelEstimate Estimate, string Reason);
