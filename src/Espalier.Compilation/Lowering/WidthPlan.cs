using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>
/// How the network is computed on machines with registers of one width: the stages, with hidden units and perhaps inputs in the order
/// that fills lanes best, and what the passes decide about them.
/// </summary>
/// <param name="Width">The widest registers that the plan uses.</param>
/// <param name="Stages">
/// The stages in the order in which they run; those of the scalar plan are the network's layers, one each. The last yields the output.
/// </param>
public sealed record WidthPlan(VectorWidth Width, EquatableArray<Stage> Stages)
{
    /// <summary>
    /// Which of the network's inputs the first layer reads in which order: its column j is input <c>InputOrder[j]</c>, or holds no weight
    /// when that is -1. Empty when it reads them as they come.
    /// </summary>
    public EquatableArray<int> InputOrder { get; init; }

    /// <summary>One choice for each stage; empty until kernels are chosen.</summary>
    public EquatableArray<KernelChoice> Kernels { get; init; }

    /// <summary>
    /// Whether the whole network is one method, hidden units its local variables, whose activation functions are computed in registers.
    /// </summary>
    public bool IsFused { get; init; }

    /// <summary>The workspace; null until it is planned.</summary>
    public ScratchPlan? Scratch { get; init; }

    /// <summary>The generated methods, in the order of stages, units and terms; empty until the stages are split.</summary>
    public EquatableArray<MethodPart> Methods { get; init; }

    /// <summary>Whether the order of the inputs can be copied by windows; of no meaning when they come as they are.</summary>
    public bool HasInputWindows { get; init; }

    /// <summary>
    /// The estimated time of copying the input, in nanoseconds: 0.22 for each value that is gathered, 0.06 in windows, 0.022 with its
    /// neighbours (measured on a Zen 5 core), and nothing when the stages read the caller's input.
    /// </summary>
    public double InputNanoseconds => InputOrder.Length > 0 ? (HasInputWindows ? 0.06 : 0.22) * InputOrder.Length
        : CopiesInput ? 2 + 0.022 * InputLength
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

    /// <summary>Whether the stages read a copy of the input: a reordered one, or one aligned and padded to whole registers.</summary>
    internal bool CopiesInput =>
        InputOrder.Length > 0 || Enumerable.Range(0, Stages.Length).Any(i => ReadsBlocks(i) && Stages[i].Sources.Contains(-1));

    /// <summary>The number of values that the stages which read the network's input find there.</summary>
    internal int InputLength
    {
        get
        {
            foreach (Stage stage in Stages)
            {
                for (int i = 0; i < stage.Sources.Length; i++)
                {
                    if (stage.Sources[i] < 0) return stage.InputLength(i);
                }
            }

            return 0;
        }
    }

    /// <summary>Whether some stage computes in registers.</summary>
    internal bool UsesRegisters => Kernels.Any(choice => choice.Width != VectorWidth.Scalar);

    /// <summary>Whether each stage is a dense layer that reads the one before it.</summary>
    internal bool IsDenseChain
    {
        get
        {
            for (int i = 0; i < Stages.Length; i++)
            {
                if (Stages[i].Layer is not DenseLayer || Stages[i].Sources[0] != i - 1) return false;
            }

            return true;
        }
    }

    /// <summary>
    /// The index of the stage that yields the values of the layer called <paramref name="name"/>, or computes them in between; -1 when none
    /// does.
    /// </summary>
    public int StageOf(string name)
    {
        for (int i = 0; i < Stages.Length; i++)
        {
            if (Stages[i].Layer.Name == name || Stages[i].Last.Name == name) return i;
        }

        return -1;
    }

    /// <summary>
    /// The bytes of scratch memory for the values of stage <paramref name="index"/>; none when it writes to the caller's.
    /// </summary>
    public long ScratchBytes(int index) =>
        Scratch is null || Scratch.Offsets[index] < 0 ? 0 : sizeof(float) * (long)Stages[index].OutputLength;

    /// <summary>The dense layers, one after the other.</summary>
    internal IEnumerable<DenseLayer> DenseLayers => Stages.Select(stage => stage.Layer).OfType<DenseLayer>();

    /// <summary>The kernel of stage <paramref name="index"/>.</summary>
    internal Kernel KernelOf(int index) => Kernel.For(Kernels[index].Kernel, Stages[index].Layer);

    /// <summary>Whether stage <paramref name="index"/> reads its inputs in whole registers, and so needs them padded.</summary>
    internal bool ReadsBlocks(int index) => KernelOf(index).ReadsBlocks;

    /// <summary>Whether stage <paramref name="index"/> writes its outputs in whole registers.</summary>
    internal bool WritesBlocks(int index) => KernelOf(index).WritesBlocks;

    /// <summary>The floats of scratch memory that stage <paramref name="index"/> works in, besides its inputs and its output.</summary>
    internal int WorkFloats(int index) => KernelOf(index).WorkFloats(Stages[index], Kernels[index].Width);
}
