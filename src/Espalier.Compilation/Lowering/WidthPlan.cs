using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>
/// How the network is computed on machines with registers of one width: the layers, with hidden units and perhaps inputs in the order
/// that fills lanes best, and what the passes decide about them.
/// </summary>
/// <param name="Width">The widest registers that the plan uses.</param>
/// <param name="Layers">The layers; those of the scalar plan are in the order of the network.</param>
public sealed record WidthPlan(VectorWidth Width, EquatableArray<DenseLayer> Layers)
{
    /// <summary>
    /// Which of the network's inputs the first layer reads in which order: its column j is input <c>InputOrder[j]</c>, or holds no weight
    /// when that is -1. Empty when it reads them as they come.
    /// </summary>
    public EquatableArray<int> InputOrder { get; init; }

    /// <summary>One choice for each layer; empty until kernels are chosen.</summary>
    public EquatableArray<KernelChoice> Kernels { get; init; }

    /// <summary>
    /// Whether the whole network is one method, hidden units its local variables, whose activation functions are computed in registers.
    /// </summary>
    public bool IsFused { get; init; }

    /// <summary>The workspace; null until it is planned.</summary>
    public ScratchPlan? Scratch { get; init; }

    /// <summary>The generated methods, in the order of layers, units and terms; empty until the layers are split.</summary>
    public EquatableArray<MethodPart> Methods { get; init; }

    /// <summary>Whether the order of the inputs can be copied by windows; of no meaning when they come as they are.</summary>
    public bool HasInputWindows { get; init; }

    /// <summary>
    /// The estimated time of copying the input, in nanoseconds: 0.22 for each value that is gathered, 0.06 in windows, 0.022 with its
    /// neighbours (measured on a Zen 5 core), and nothing when the first layer reads the caller's input.
    /// </summary>
    public double InputNanoseconds => InputOrder.Length > 0 ? (HasInputWindows ? 0.06 : 0.22) * InputOrder.Length
        : ReadsBlocks(0) ? 2 + 0.022 * Layers[0].Weights.Columns
        : 0;

    /// <summary>The estimated time of one sample, in nanoseconds.</summary>
    public double Nanoseconds
    {
        get
        {
            double sum = InputNanoseconds;
            foreach (KernelChoice choice in Kernels) sum += choice.Estimate.Nanoseconds;
            return sum;
        }
    }

    /// <summary>The bytes of scratch memory for the outputs of layer <paramref name="index"/>; none when it writes to the caller's.</summary>
    public long ScratchBytes(int index) => Scratch is null || Scratch.Offsets[index] < 0 ? 0 : sizeof(float) * (long)Layers[index].Weights.Rows;

    /// <summary>Whether layer <paramref name="index"/> reads its inputs in whole registers, and so needs them padded.</summary>
    internal bool ReadsBlocks(int index) => Kernel.For(Kernels[index].Kernel).ReadsBlocks;

    /// <summary>Whether layer <paramref name="index"/> writes its outputs in whole registers.</summary>
    internal bool WritesBlocks(int index) => Kernel.For(Kernels[index].Kernel).WritesBlocks;
}
