using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>
/// A convolution with pixels in lanes, fused with the pooling behind it: every tap that holds a weight is a broadcast and a multiply-add a
/// register of pixels, whatever the pattern of zeros. A full layer runs at nine tenths of the peak of the multiply-adds, so no other kernel
/// is needed for it.
/// </summary>
/// <remarks>
/// Order of summation of a pixel: the sum starts at the bias, or with few registers of pixels there are two, to which the terms go by turns
/// and of which the second starts at zero; in a loop over two filters first the terms that both have; each multiply-add is rounded once. A
/// maximum is NaN when a value under it is.
/// </remarks>
internal class ConvolutionKernel : Kernel
{
    /// <summary>
    /// The floats behind the last input that copying may read, and behind the last output that storing may write: rows of lanes end
    /// anywhere in a register, and of a copy anywhere in a cache line, twice as far in an image of every second column.
    /// </summary>
    public const int ReadSlack = ScratchPlan.MaxSlack;

    /// <inheritdoc/>
    public override KernelKind Kind => KernelKind.Pixels;

    /// <inheritdoc/>
    public override bool ReadsBlocks => true;

    /// <inheritdoc/>
    public override bool WritesBlocks => true;

    /// <inheritdoc/>
    public override bool Computes(Layer layer) => layer is ConvolutionLayer;

    /// <inheritdoc/>
    public override bool Offers(Stage stage, VectorWidth width) => ConvolutionPlan.For(stage, width, IsUnrolled) is not null;

    /// <inheritdoc/>
    public override int Slack(VectorWidth width) => ReadSlack;

    /// <inheritdoc/>
    public override int WorkFloats(Stage stage, VectorWidth width) => Plan(stage, width).WorkFloats;

    /// <inheritdoc/>
    /// <remarks>Whatever the weights are, and whichever of the plans is the fastest for them.</remarks>
    public override int MostWorkFloats(Stage stage, VectorWidth width) => ConvolutionPlan.MostWorkFloats(stage, width);

    /// <inheritdoc/>
    public override KernelEstimate Estimate(Stage stage, VectorWidth width)
    {
        ConvolutionPlan plan = Plan(stage, width);
        SparseMatrix weights = plan.Grid.Layer.Weights;
        return new KernelEstimate(
            Nanoseconds(ConvolutionCost.Cycles(plan)), ConvolutionCost.CodeBytes(plan), TableBytes(weights), plan.Fill);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Functions(Stage stage) =>
        ((string[])["First", "Next", "At", "Load", "Store", "MultiplyAdd", "Evens", "Odds", "Larger"])
        .Concat(((Activation[])[stage.Layer.Activation, stage.Last.Activation])
            .Where(activation => activation.Kind != ActivationKind.Identity).Select(activation => activation.Kind.ToString()));

    /// <inheritdoc/>
    public override void Emit(CSharpWriter writer, KernelSite site) =>
        new ConvolutionEmitter(site, Plan(site.Stage, site.Width)).Emit(writer);

    /// <summary>Whether the taps are straight-line code.</summary>
    protected virtual bool IsUnrolled => false;

    /// <summary>The plan of a stage that the kernel offers to compute.</summary>
    protected ConvolutionPlan Plan(Stage stage, VectorWidth width) => ConvolutionPlan.For(stage, width, IsUnrolled)
        ?? throw new System.ArgumentException($"Layer '{stage.Layer.Name}' has no plan for {width.Name()}.", nameof(stage));

    /// <summary>The bytes of weights, biases, places and counts.</summary>
    private long TableBytes(SparseMatrix weights) =>
        (sizeof(float) + (IsUnrolled ? sizeof(int) : sizeof(ushort))) * ((long)weights.Count + weights.Rows);
}
