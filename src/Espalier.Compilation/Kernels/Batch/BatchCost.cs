using System;
using System.Linq;
using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Kernels.Batch;

/// <summary>What computing many samples is expected to cost.</summary>
/// <remarks>
/// Cycles for one register of samples, measured on a Zen 5 core with 512 bits: 0.55 for a weight whose input is loaded for two rows,
/// 0.8 for one whose input is loaded for it alone (the load is what takes the time), 5 for a pair of rows in a tile, 15 for
/// the transposition of four inputs. A full layer runs at 0.55 cycles a weight, 91 % of the peak of the multiply-adds, so no other kernel
/// is needed for it.
/// </remarks>
internal static class BatchCost
{
    private const double SharedTerm = 0.55, LoneTerm = 0.8, PairOfTile = 5, Group = 15, OutputValue = 1;

    /// <summary>The time of one layer, a sample, in nanoseconds, with registers of <paramref name="width"/>.</summary>
    public static double LayerNanoseconds(BatchPlan plan, int layer, VectorWidth width)
    {
        BatchTables tables = plan.Tables[layer];
        double cycles = SharedTerm * tables.SharedTerms + LoneTerm * (plan.Layers[layer].Weights.Count - tables.SharedTerms)
            + PairOfTile * tables.Pairs * tables.Tiling.Count
            + Kernel.ActivationCycles(plan.Layers[layer].Activation) * plan.Layers[layer].Weights.Rows;
        return Kernel.Nanoseconds(cycles) / width.Lanes();
    }

    /// <summary>The time of bringing the inputs of a sample into lanes, in nanoseconds.</summary>
    public static double InputNanoseconds(BatchPlan plan, VectorWidth width) =>
        Kernel.Nanoseconds(Group * plan.Inputs.Columns.Count) / width.Lanes();

    /// <summary>The time of a sample in a whole tile, in nanoseconds, with the stages that are computed sample by sample.</summary>
    public static double Nanoseconds(BatchPlan plan, LoweredNetwork lowered, VectorWidth width) =>
        TileNanoseconds(plan, width) + BeforeNanoseconds(plan, lowered, width);

    /// <summary>The time that a sample takes before it comes into a tile, in nanoseconds.</summary>
    public static double BeforeNanoseconds(BatchPlan plan, LoweredNetwork lowered, VectorWidth width)
    {
        WidthPlan single = PlanFor(lowered, width);
        return plan.IsWhole
            ? 0
            : single.InputNanoseconds + single.Kernels.Take(plan.StagesBefore(single)).Sum(choice => choice.Estimate.Nanoseconds);
    }

    /// <summary>The time of a sample in a whole tile, in nanoseconds.</summary>
    private static double TileNanoseconds(BatchPlan plan, VectorWidth width) => InputNanoseconds(plan, width)
        + Enumerable.Range(0, plan.Layers.Count).Sum(layer => LayerNanoseconds(plan, layer, width))
        + Kernel.Nanoseconds(OutputValue * plan.Layers[plan.Layers.Count - 1].Weights.Rows) / width.Lanes();

    /// <summary>
    /// The fewest samples for which a tile is made: it takes as long for a few samples as for all of its own, so fewer are predicted one
    /// by one. At least a register of them.
    /// </summary>
    public static int FewestSamples(BatchPlan plan, LoweredNetwork lowered, VectorWidth width)
    {
        double single = PlanFor(lowered, width).Nanoseconds - BeforeNanoseconds(plan, lowered, width);
        int tile = BatchPlan.TileSamples(width);
        double fewest = Math.Ceiling(TileNanoseconds(plan, width) * tile / Math.Max(1, single));
        return (int)Math.Max(width.Lanes(), Math.Min(tile, fewest));
    }

    /// <summary>
    /// What predicts one sample: the plans are ordered from the widest to the scalar one, and this is the first that can run.
    /// </summary>
    public static WidthPlan PlanFor(LoweredNetwork lowered, VectorWidth width) =>
        lowered.Plans.First(candidate => candidate.Width <= width);
}
