using System;
using System.Collections.Generic;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// One way of compiling a layer: what it costs, how it divides into methods, and the code. Stateless; a new kernel is one file and one
/// line in <see cref="All"/>.
/// </summary>
/// <remarks>
/// The order of summation is a contract that all kernels here and the reference interpreter share: term j of a row, counted in the order
/// of the columns, is added to partial sum j mod 4; partial sum 0 starts at the bias, the others at -0 (which changes nothing it is added
/// to, so code may leave out a partial sum that no term reaches); the sum is (p0 + p1) + (p2 + p3). Product and sum are rounded apart: no
/// fused multiply-add.
/// </remarks>
internal abstract class Kernel
{
    /// <summary>How many partial sums a row has. Four hide the latency of addition; eight were measured to be no faster.</summary>
    public const int PartialSums = 4;

    /// <summary>All kernels.</summary>
    public static IReadOnlyList<Kernel> All { get; } = [new UnrolledKernel(), new TableKernel()];

    /// <summary>Which one this is.</summary>
    public abstract KernelKind Kind { get; }

    /// <summary>The kernel of the given kind.</summary>
    public static Kernel For(KernelKind kind)
    {
        foreach (Kernel kernel in All)
        {
            if (kernel.Kind == kind) return kernel;
        }

        throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kernel.");
    }

    /// <summary>What compiling <paramref name="layer"/> in this way is expected to cost.</summary>
    public abstract KernelEstimate Estimate(DenseLayer layer);

    /// <summary>
    /// Divides the layer with index <paramref name="index"/> into methods of at most <paramref name="methodTerms"/> unrolled terms.
    /// </summary>
    public abstract IEnumerable<MethodPart> Split(int index, DenseLayer layer, int methodTerms);

    /// <summary>
    /// Writes the members that compute the layer; the first is <c>internal static void Layer{index}(ReadOnlySpan&lt;float&gt; input,
    /// Span&lt;float&gt; output)</c>, which the caller has documented.
    /// </summary>
    public abstract void Emit(CSharpWriter writer, int index, DenseLayer layer, IReadOnlyList<MethodPart> parts);

    /// <summary>The parameters of every layer's method.</summary>
    protected const string LayerParameters = "(global::System.ReadOnlySpan<float> input, global::System.Span<float> output)";

    /// <summary>Ends a layer's method with what needs all of its sums.</summary>
    protected static void EmitLayerEnd(CSharpWriter writer, DenseLayer layer)
    {
        if (layer.Activation.Kind == ActivationKind.Softmax) writer.Line("Softmax(output);");
    }

    /// <summary>A rough time of the layer's activation function, in cycles.</summary>
    protected static double ActivationCycles(DenseLayer layer) => layer.Weights.Rows * layer.Activation.Kind switch
    {
        ActivationKind.Identity => 0,
        ActivationKind.Relu or ActivationKind.LeakyRelu => 1,
        ActivationKind.Elu or ActivationKind.Selu => 6,
        ActivationKind.Sigmoid or ActivationKind.Tanh => 10,
        ActivationKind.Softmax => 15,
        _ => throw new ArgumentOutOfRangeException(nameof(layer), layer.Activation.Kind, "Unknown activation."),
    };

    /// <summary>Cycles as nanoseconds of a core at 4 GHz.</summary>
    protected static double Nanoseconds(double cycles) => cycles / 4;
}
