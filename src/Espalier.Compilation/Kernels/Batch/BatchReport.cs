using System;
using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Kernels.Batch;

/// <summary>What people are told about the batch code of a network.</summary>
public static class BatchReport
{
    /// <summary>The estimated time of a sample in a large batch, in nanoseconds; null when there is no code for vectors.</summary>
    /// <exception cref="NotSupportedException">A layer's kind has no kernel.</exception>
    public static double? Nanoseconds(LoweredNetwork lowered)
    {
        VectorWidth[] widths = WidthsOf(lowered);
        return widths.Length == 0 ? null : BatchCost.Nanoseconds(BatchPlan.Of(lowered), widths[0]);
    }

    /// <summary>The estimates and reasons, line by line.</summary>
    internal static IEnumerable<string> Lines(LoweredNetwork lowered)
    {
        VectorWidth[] widths = WidthsOf(lowered);
        if (widths.Length == 0)
        {
            yield return "batch: one sample after the other, because no register width was asked for.";
            yield break;
        }

        BatchPlan plan = BatchPlan.Of(lowered);
        string times = string.Join(", ", widths.Select(width => FormattableString.Invariant(
            $"{BatchCost.Nanoseconds(plan, width):0.#} ns with {width.Bits()} bits")));
        yield return $"batch: about {times} a sample; one of the {plan.Inputs.Columns.Count} groups of inputs takes as long as 19 weights.";
        for (int i = 0; i < plan.Layers.Count; i++)
        {
            BatchTables tables = plan.Tables[i];
            int weights = plan.Layers[i].Weights.Count;
            double share = weights == 0 ? 0 : 100.0 * tables.SharedTerms / weights;
            string tiles = tables.Tiling.Count == 1 ? "one tile" : $"{tables.Tiling.Count} tiles";
            yield return FormattableString.Invariant(
                $"batch: {plan.Layers[i].Name}: {BatchCost.LayerNanoseconds(plan, i, widths[0]):0.#} ns, {tables.Bytes} B of tables; {tables.Pairs} pairs of rows over {tables.Tiling.Inputs} inputs in {tiles}; {share:0} % of {weights} weights share the load of their input.");
        }
    }

    private static VectorWidth[] WidthsOf(LoweredNetwork lowered) => [.. Simd.Widths.Where(width => lowered.Options.Widths.HasFlag(width))];
}
