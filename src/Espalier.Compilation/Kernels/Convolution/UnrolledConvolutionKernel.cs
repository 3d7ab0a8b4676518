using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>
/// <see cref="ConvolutionKernel"/> with the taps as straight-line code: no loop ends that the processor does not foresee. For 71 taps over
/// 12 x 12 pooled pixels 0.42 us in place of 0.63 (Zen 5).
/// </summary>
internal sealed class UnrolledConvolutionKernel : ConvolutionKernel
{
    /// <summary>A multiply-add with its load, and a broadcast, in bytes of machine code.</summary>
    private const int TermBytes = 10;

    /// <inheritdoc/>
    public override KernelKind Kind => KernelKind.UnrolledPixels;

    /// <inheritdoc/>
    /// <remarks>With registers of four lanes it would be four times as much code.</remarks>
    public override bool Offers(Stage stage, VectorWidth width)
    {
        if (width == VectorWidth.Vector128) return false;
        if (ConvolutionPlan.For(stage, width) is not ConvolutionPlan plan) return false;
        SparseMatrix weights = plan.Grid.Layer.Weights;
        int longest = Enumerable.Range(0, weights.Rows).Max(filter => weights.RowCount(filter));
        return longest * plan.Sums <= LoweringOptions.MaxMethodTerms;
    }

    /// <inheritdoc/>
    public override KernelEstimate Estimate(Stage stage, VectorWidth width)
    {
        ConvolutionPlan plan = Plan(stage, width);
        SparseMatrix weights = plan.Grid.Layer.Weights;
        long code = 400 + (long)TermBytes * (weights.Count * (plan.Sums + 1) + weights.Rows * (plan.Sums + 4));
        return new KernelEstimate(
            Nanoseconds(plan.Cycles(isUnrolled: true)), code, sizeof(float) * (long)(weights.Count + weights.Rows), plan.Fill);
    }

    /// <inheritdoc/>
    public override IEnumerable<MethodPart> Split(int index, Stage stage, int methodTerms)
    {
        // A tap is a term for each register of sums, of which there are at most so many.
        int most = System.Math.Max(1, methodTerms / ConvolutionPlan.MostSums), first = 0;
        SparseMatrix weights = stage.Weights!;
        for (int filter = 1; filter <= weights.Rows; filter++)
        {
            if (filter < weights.Rows && weights.RowStart(filter + 1) - weights.RowStart(first) <= most) continue;
            int start = weights.RowStart(first);
            yield return new MethodPart(index, first, filter - first, start, weights.RowStart(filter) - start, IsPiece: false);
            first = filter;
        }
    }

    /// <inheritdoc/>
    public override void Emit(CSharpWriter writer, KernelSite site) =>
        new ConvolutionEmitter(site, Plan(site.Stage, site.Width)).EmitStraight(writer);
}
