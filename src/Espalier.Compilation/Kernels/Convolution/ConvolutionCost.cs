using System;
using System.Linq;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>What the code of a <see cref="ConvolutionPlan"/> is expected to cost.</summary>
internal static class ConvolutionCost
{
    /// <summary>What a processor loses where a loop over tables ends otherwise than foreseen.</summary>
    private const double LoopEndCycles = 12;

    /// <summary>The bytes of code that come from the second cache in a cycle.</summary>
    private const int FetchBytes = 32;

    /// <summary>
    /// The estimated cycles of one image. Measured on a Zen 5 core: a multiply-add takes half a cycle; a load of 512 bits 0.6, and 1.2
    /// where it straddles two cache lines, of fewer bits 0.45 and 0.7, all a tenth more when the nearest cache does not hold the image; a
    /// tap costs half a cycle for the broadcast of each weight, and in a loop as much for its place; the end of a loop costs
    /// <see cref="LoopEndCycles"/>, and straight-line code has to come from the second cache, where it makes room for that of other layers.
    /// </summary>
    public static double Cycles(ConvolutionPlan plan)
    {
        int lanes = plan.Width.Lanes();
        int[] displacements = [.. plan.Displacements()];
        double far = sizeof(float) * (long)plan.Layout.Floats > Caches.NearBytes ? 1.1 : 1, perTile = 0;
        foreach (FilterGroup group in plan.Groups)
        {
            double loads = 0, taps = 0;
            int terms = group.Terms, steps = group.MostTerms, ends = 0;
            if (plan.IsUnrolled)
            {
                foreach (GroupTap tap in group.Taps) Load(tap.Offset);
            }
            else
            {
                GroupLists lists = group.Lists(plan.Chains);
                foreach (GroupTap tap in lists.Shared) Load(tap.Offset);
                foreach ((int offset, _) in lists.Own.SelectMany(list => list)) Load(offset);
                terms = group.Filters.Count * (steps = lists.Shared.Count + lists.OwnCount);
                ends = (lists.Shared.Count > 0 ? 1 : 0) + 1;
            }

            double latency = 4.0 / plan.Chains * steps, multiply = 0.5 * terms * plan.Sums;
            perTile += Math.Max(Math.Max(multiply, latency), far * loads + 0.5 * terms + taps);
            perTile += LoopEndCycles * ends + EndCycles(plan) * group.Filters.Count;

            void Load(int offset)
            {
                foreach (int displacement in displacements) loads += LoadCycles(offset + displacement, lanes);
                if (!plan.IsUnrolled) taps += 0.5;
            }
        }

        double fetch = plan.IsUnrolled ? (double)CodeBytes(plan) / FetchBytes : 0;
        return 20 + plan.LineTiles * plan.SegmentTiles * perTile + fetch + CopyCycles(plan);
    }

    /// <summary>The bytes of machine code, roughly: a multiply-add with its load, a broadcast and a place take about ten each.</summary>
    public static long CodeBytes(ConvolutionPlan plan)
    {
        const int Term = 10, SharedTerm = 6;
        if (!plan.IsUnrolled) return 400 + 60L * plan.Sums * plan.Chains * plan.GroupFilters;
        long bytes = 400;
        foreach (FilterGroup group in plan.Groups)
        {
            foreach (GroupTap tap in group.Taps)
            {
                int weights = tap.Weights.Count(weight => weight is not null);
                bytes += Term * (1 + weights) + (long)plan.Sums * (weights == 1 ? Term : Term + SharedTerm * weights);
            }

            bytes += (long)Term * group.Filters.Count * (plan.Sums + 4);
        }

        return bytes;
    }

    private static double LoadCycles(int offset, int lanes)
    {
        bool isAcross = offset % ImageLayout.LineFloats + lanes > ImageLayout.LineFloats;
        return lanes == ImageLayout.LineFloats ? isAcross ? 1.2 : 0.6 : isAcross ? 0.7 : 0.45;
    }

    /// <summary>What pooling, activation and store of a tile take.</summary>
    private static double EndCycles(ConvolutionPlan plan)
    {
        double pooled = plan.Grid.Kind switch
        {
            PixelPooling.AcrossRegisters => 0.25 * (plan.Grid.Members - 1) * plan.TileLines * plan.TileSegments,
            PixelPooling.AcrossLanes => 0.25 * plan.TileLines * plan.TileSegments,
            _ => 0,
        };
        double activation = Kernel.ActivationCycles(plan.Grid.Layer.Activation) + Kernel.ActivationCycles(plan.Stage.Last.Activation);
        return pooled + (0.5 + activation) * plan.TileLines * plan.TileSegments;
    }

    /// <summary>
    /// What copying the image takes. Measured on a Zen 5 core: a register of it 0.8 cycles, 2 when every second column is picked, 2.2
    /// when short rows are packed, and a cycle and a half a float where the step is longer.
    /// </summary>
    private static double CopyCycles(ConvolutionPlan plan)
    {
        int lanes = plan.Width.Lanes();
        if (plan.Layout.Form == ImageForm.Direct) return 0;
        double floats = plan.Layout.Floats;
        double copy = plan.Grid.StepX switch
        {
            _ when plan.Layout.PicksRows => 2.2 * floats / lanes,
            _ when plan.Layout.IsPacked => 1.2 * plan.Grid.StepX
                * plan.Layout.Channels.Count * plan.Layout.Rows * plan.Layout.Columns.Count * plan.Grid.Rows * plan.Layout.RowRegisters,
            1 => 0.8 * floats / lanes,
            2 => 2 * floats / lanes,
            _ => 1.5 * floats,
        };
        return plan.Grid.Window.HasPadding
            ? copy + 2.0 * plan.Grid.Image.Length / lanes + 4.0 * plan.Grid.Image.Channels * plan.Grid.Image.Height
            : copy;
    }
}
