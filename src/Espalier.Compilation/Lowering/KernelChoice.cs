using Espalier.Compilation.Kernels;

namespace Espalier.Compilation.Lowering;

/// <summary>The kernel of one layer.</summary>
/// <param name="Kernel">How the layer is compiled.</param>
/// <param name="Width">The register width that the kernel uses; a plan for wide registers may hold kernels for narrower ones.</param>
/// <param name="Estimate">What that is expected to cost.</param>
/// <param name="Reason">Why this one and not another, in words for the generated file and the report.</param>
public sealed record KernelChoice(KernelKind Kernel, VectorWidth Width, KernelEstimate Estimate, string Reason)
{
    /// <summary>The name for tables, such as <c>permute 512</c>.</summary>
    public string Name => NameOf(Kernel, Width);

    /// <summary>The name of a kernel at a width.</summary>
    internal static string NameOf(KernelKind kernel, VectorWidth width)
    {
        string name = kernel.ToString().ToLowerInvariant();
        return width == VectorWidth.Scalar ? name : $"{name} {width.Bits()}";
    }
}
