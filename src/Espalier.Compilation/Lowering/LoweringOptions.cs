using System.Linq;
using Espalier.Compilation.Kernels;

namespace Espalier.Compilation.Lowering;

/// <summary>What the user may decide about the lowering of a network.</summary>
public sealed record LoweringOptions
{
    /// <summary>The choices that suit nearly everybody.</summary>
    public static LoweringOptions Default { get; } = new();

    /// <summary>
    /// The kernel to use for every layer that it can compute at the width at hand, or null to let the estimates choose.
    /// </summary>
    public KernelKind? Kernel { get; init; }

    /// <summary>
    /// The register widths to make code for; scalar code is always made, and runs where none of the others can. Each width adds its own
    /// tables where vectors gain something.
    /// </summary>
    public VectorWidth Widths { get; init; } = VectorWidth.Vector512 | VectorWidth.Vector256 | VectorWidth.Vector128;

    /// <summary>The widths of <see cref="Widths"/> that have vector registers, from the widest on.</summary>
    internal VectorWidth[] VectorWidths => [.. Simd.Widths.Where(width => Widths.HasFlag(width))];

    /// <summary>
    /// How much straight-line machine code the whole model may have when the estimates choose, in bytes: 24 KB leaves a 32 KB instruction
    /// cache some room for the caller; straight-line code that misses that cache loses to a loop over tables.
    /// </summary>
    public int CodeBudget { get; init; } = 24 * 1024;

    /// <summary>
    /// How many multiply-adds one generated method may hold, from 8 to 1,000. The JIT silently stops optimising a method above
    /// 20,000 IL instructions or 8,000 references to locals, at about 9 and 4 a term.
    /// </summary>
    public int MethodTerms { get; init; } = MaxMethodTerms;

    /// <summary>The smallest <see cref="MethodTerms"/>.</summary>
    public const int MinMethodTerms = 8;

    /// <summary>The largest <see cref="MethodTerms"/>.</summary>
    public const int MaxMethodTerms = 1000;
}
