using System;
using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels.Convolution;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// One way of compiling a stage: what it costs, how it divides into methods, and the code. Stateless; a new kernel is one file and one
/// line in <see cref="All"/>.
/// </summary>
/// <remarks>
/// The scalar kernels share an order of summation with the reference interpreter, and so its bits: term j of a row, counted in the order
/// of the columns, is added to partial sum j mod 4; partial sum 0 starts at the bias, the others at -0 (which changes nothing it is added
/// to, so code may leave out a partial sum that no term reaches); the sum is (p0 + p1) + (p2 + p3). Product and sum are rounded apart: no
/// fused multiply-add. The vector kernels have fixed orders of their own, fuse where the processor does, and differ from the interpreter
/// by rounding.
/// </remarks>
internal abstract class Kernel
{
    /// <summary>How many partial sums a row has. Four hide the latency of addition; eight were measured to be no faster.</summary>
    public const int PartialSums = 4;

    /// <summary>All kernels.</summary>
    public static IReadOnlyList<Kernel> All { get; } =
    [
        new UnrolledKernel(), new TableKernel(), new PermuteKernel(), new BlockKernel(), new DenseKernel(),
        new ConvolutionKernel(), new UnrolledConvolutionKernel(), new TapKernel(), new PoolingKernel(), new JoiningKernel(),
    ];

    /// <summary>Which one this is.</summary>
    public abstract KernelKind Kind { get; }

    /// <summary>
    /// Whether the stage's method reads its inputs in registers, from spans that are padded to whole registers and <see cref="Slack"/>.
    /// What stands behind the last input must be finite and counts for nothing.
    /// </summary>
    public virtual bool ReadsBlocks => false;

    /// <summary>
    /// Whether the stage's method writes whole registers, into a span that is padded to them and <see cref="Slack"/>. What it writes behind
    /// the last output is finite while the inputs are.
    /// </summary>
    public virtual bool WritesBlocks => false;

    /// <summary>The kernel of the given kind for a layer.</summary>
    public static Kernel For(KernelKind kind, Layer layer) => All.FirstOrDefault(kernel => kernel.Kind == kind && kernel.Computes(layer))
        ?? throw new ArgumentOutOfRangeException(nameof(kind), kind, $"There is no such kernel for a {layer.GetType().Name}.");

    /// <summary>Whether the kernel is for layers of the kind of <paramref name="layer"/>.</summary>
    public abstract bool Computes(Layer layer);

    /// <summary>Whether the kernel can compute <paramref name="stage"/> with registers of <paramref name="width"/>.</summary>
    public abstract bool Offers(Stage stage, VectorWidth width);

    /// <summary>What compiling <paramref name="stage"/> in this way is expected to cost.</summary>
    public abstract KernelEstimate Estimate(Stage stage, VectorWidth width);

    /// <summary>
    /// How many floats behind the last value the method may read of each input, and write behind its output, besides what pads it to whole
    /// registers; at most <see cref="ScratchPlan.MaxSlack"/>.
    /// </summary>
    public virtual int Slack(VectorWidth width) => 0;

    /// <summary>
    /// The floats of scratch memory that the method takes as a last parameter, <c>Span&lt;float&gt; work</c>; 0 when it has no such
    /// parameter. Their content does not matter before and after.
    /// </summary>
    public virtual int WorkFloats(Stage stage, VectorWidth width) => 0;

    /// <summary>
    /// The most floats of scratch memory that the method may take when the layer loses weights, channels and filters, or has others.
    /// </summary>
    public virtual int MostWorkFloats(Stage stage, VectorWidth width) => WorkFloats(stage, width);

    /// <summary>
    /// Divides the stage with index <paramref name="index"/> into methods of at most <paramref name="methodTerms"/> unrolled terms. Loops
    /// over tables have none and stay whole.
    /// </summary>
    public virtual IEnumerable<MethodPart> Split(int index, Stage stage, VectorWidth width, int methodTerms) =>
        [new MethodPart(index, 0, stage.Weights?.Rows ?? stage.Layer.OutputShape.Channels, 0, stage.Weights?.Count ?? 0, IsPiece: false)];

    /// <summary>The functions over registers (<see cref="VectorMathSource"/>) that the emitted code calls.</summary>
    public virtual IEnumerable<string> Functions(Stage stage) => [];

    /// <summary>The functions over single floats (<see cref="ActivationSource"/>) that the emitted code calls.</summary>
    public virtual IEnumerable<string> ScalarFunctions(Stage stage) => [];

    /// <summary>
    /// Writes the members that compute the stage; the first is the method <c>void Method(ReadOnlySpan&lt;float&gt; input,
    /// Span&lt;float&gt; output)</c>, which the caller has documented. A stage of several inputs has parameters <c>input0</c>,
    /// <c>input1</c>, ..., and one that needs scratch memory has <c>Span&lt;float&gt; work</c> behind the output.
    /// </summary>
    public abstract void Emit(CSharpWriter writer, KernelSite site);

    /// <summary>The parameters of the method of a stage with one input.</summary>
    protected const string LayerParameters = "(global::System.ReadOnlySpan<float> input, global::System.Span<float> output)";

    /// <summary>Ends the method of a stage with what needs all of its values, in scalar code.</summary>
    protected static void EmitSoftmax(CSharpWriter writer, Activation activation)
    {
        if (activation.Kind == ActivationKind.Softmax) writer.Line("Softmax(output);");
    }

    /// <summary>The time that a layer's activation function takes a unit, in cycles.</summary>
    internal static double ActivationCycles(Activation activation) => activation.Kind switch
    {
        ActivationKind.Identity => 0,
        ActivationKind.Relu or ActivationKind.LeakyRelu or ActivationKind.ClippedRelu or ActivationKind.HardSwish => 1,
        ActivationKind.Elu or ActivationKind.Selu => 6,
        ActivationKind.Sigmoid or ActivationKind.Tanh or ActivationKind.Softplus or ActivationKind.Silu => 10,
        ActivationKind.Softmax or ActivationKind.Gelu or ActivationKind.GeluTanh => 15,
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation.Kind, "Unknown activation."),
    };

    /// <summary>Cycles as nanoseconds of a core at 4 GHz.</summary>
    internal static double Nanoseconds(double cycles) => cycles / 4;
}
