using System;
using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>
/// How much scratch memory any plan of a network can need, whatever its weights: a bound by the layers alone. What a plan uses is mostly
/// less.
/// </summary>
/// <remarks>
/// Passes take layers out and make others smaller, so a plan has for each of its buffers a layer here with a buffer at least as large.
/// In a chain of dense layers only neighbours live at once; in another chain, whose neighbours may not have been neighbours here, any two,
/// and what one stage works in. In any other graph all might, by the worst luck of <see cref="ScratchPlacer"/>.
/// </remarks>
internal static class WorkspaceBound
{
    /// <summary>The bound, in floats.</summary>
    /// <exception cref="OverflowException">It is more than an int can count.</exception>
    public static int Of(Network network)
    {
        bool isDense = network.Layers.All(layer => layer is DenseLayer), isChain = network.IsChain;
        int slack = isDense ? 0 : ScratchPlan.MaxSlack;

        // A copy of the input, every layer's outputs, each in whole registers, from a boundary on: what the greediest plan needs.
        List<int> lengths = [Padded(network.InputShape.Length, slack)];
        lengths.AddRange(network.Layers.Select(layer => Padded(layer.OutputShape.Length, slack)));
        List<int> works = [.. Enumerable.Range(0, network.Layers.Length).Select(i => Padded(WorkFloats(network, i), 0))];
        checked
        {
            int sum = isDense && isChain ? LargestPair(lengths)
                : isChain ? lengths.OrderByDescending(length => length).Take(2).Sum() + works.Max()
                : lengths.Sum() + works.Sum();
            return sum + ScratchPlan.AlignmentSlack;
        }
    }

    private static int Padded(int count, int slack) => Simd.RoundUp(checked(count + slack), ScratchPlan.BlockFloats);

    private static int LargestPair(List<int> lengths)
    {
        int largest = lengths[0];
        for (int i = 1; i < lengths.Count; i++) largest = Math.Max(largest, checked(lengths[i - 1] + lengths[i]));
        return largest;
    }

    /// <summary>The most that any kernel works in for a layer, alone or with a pooling that reads it.</summary>
    private static int WorkFloats(Network network, int index)
    {
        Layer layer = network.Layers[index] is BatchNormalizationLayer normalization
            ? FoldNormalization.AsConvolution(normalization)
            : network.Layers[index];
        List<Stage> stages = [Stage.Of(layer)];
        for (int reader = index + 1; reader < network.Layers.Length; reader++)
        {
            if (network.Layers[reader] is PoolingLayer pooling && network.SourcesOf(reader)[0] == index)
            {
                stages.Add(stages[0] with { Pooling = pooling });
            }
        }

        return (from kernel in Kernel.All
                where kernel.Computes(layer)
                from width in (VectorWidth[])[.. Simd.Widths, VectorWidth.Scalar]
                from stage in stages
                where kernel.Offers(stage, width)
                select kernel.MostWorkFloats(stage, width)).DefaultIfEmpty(0).Max();
    }
}
