using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Kernels;

/// <summary>A kernel that could compute a stage, at a width, with what that is expected to cost.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Width">The register width.</param>
/// <param name="Estimate">The cost.</param>
internal sealed record KernelCandidate(KernelKind Kernel, VectorWidth Width, KernelEstimate Estimate)
{
    /// <summary>
    /// Dense code has no index to misread and no fill to hope for, so sparse code must be expected to win by a tenth; the margin is that
    /// of LIBXSMM's choice between the two (libxsmm_fsspmdm, Heinecke et al. 2016).
    /// </summary>
    public const double DenseDiscount = 0.9;

    /// <summary>The time by which candidates are compared.</summary>
    public double Weight => Kernel == KernelKind.Dense ? DenseDiscount * Estimate.Nanoseconds : Estimate.Nanoseconds;

    /// <summary>Whether the code has no loop over weights, so that its bytes grow with them.</summary>
    public bool IsStraightLine => Kernel is KernelKind.Unrolled or KernelKind.UnrolledPixels;

    /// <summary>The candidate as a choice, for a reason.</summary>
    public KernelChoice Choose(string reason) => new(Kernel, Width, Estimate, reason);

    /// <summary>Everything that can compute <paramref name="stage"/> with registers of at most <paramref name="width"/>.</summary>
    public static List<KernelCandidate> For(Stage stage, VectorWidth width)
    {
        VectorWidth[] widths = [.. Simd.Widths.Where(candidate => candidate <= width), VectorWidth.Scalar];
        return [.. from kernel in Espalier.Compilation.Kernels.Kernel.All
                   from candidate in widths
                   where kernel.Computes(stage.Layer) && kernel.Offers(stage, candidate) && !IsOutdone(kernel, stage, candidate, width)
                   select new KernelCandidate(kernel.Kind, candidate, kernel.Estimate(stage, candidate))];
    }

    /// <summary>
    /// A narrower permute kernel takes about twice the packets of the wider one at three quarters of the time each, unless all outputs fit
    /// into one of its registers; not making its schedule saves a fifth of the time that choosing takes.
    /// </summary>
    private static bool IsOutdone(Kernel kernel, Stage stage, VectorWidth candidate, VectorWidth width) =>
        kernel is PermuteKernel && candidate < width && stage.Layer.OutputShape.Length > width.Lanes() && kernel.Offers(stage, width);
}
