using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Kernels.Batch;

/// <summary>What people are told about the batch code of a network.</summary>
public static class BatchReport
{
    /// <summary>The estimated time of a sample in a large batch, in nanoseconds; null when there is no code for vectors.</summary>
    public static double? Nanoseconds(LoweredNetwork lowered) =>
        BatchPlan.Of(lowered) is BatchPlan plan ? BatchCost.Nanoseconds(plan, lowered, lowered.Options.VectorWidths[0]) : null;

    /// <summary>The bytes of the tables, which serve all register widths; none when there is no code for vectors.</summary>
    public static long TableBytes(LoweredNetwork lowered) =>
        BatchPlan.Of(lowered) is BatchPlan plan ? plan.Tables.Sum(tables => tables.Bytes) : 0;

    /// <summary>The estimates and reasons, line by line.</summary>
    internal static IEnumerable<string> Lines(LoweredNetwork lowered)
    {
        VectorWidth[] widths = lowered.Options.VectorWidths;
        if (widths.Length == 0)
        {
            yield return "batch: one sample after the other, because no register width was asked for.";
            yield break;
        }

        if (BatchPlan.Of(lowered) is not BatchPlan plan)
        {
            yield return "batch: one sample after the other.";
            yield break;
        }

        string times = string.Join(", ", widths.Select(width => FormattableString.Invariant(
            $"{BatchCost.Nanoseconds(plan, lowered, width):0.#} ns with {width.Bits()} bits")));
        yield return $"batch: about {times} a sample.";
        string transposition = BatchCost.InputNanoseconds(plan, widths[0]).ToString("0.#", CultureInfo.InvariantCulture);
        yield return $"batch: inputs: {transposition} ns, {plan.Tables[0].Tiling.Inputs} that some unit reads, "
            + (plan.Inputs.HasGroups ? $"transposed in {plan.Inputs.Columns.Count} groups." : "copied one by one.");
        if (!plan.IsWhole)
        {
            yield return FormattableString.Invariant($"batch: {BatchCost.BeforeNanoseconds(plan, lowered, widths[0]):0.#} ns of that ")
                + $"for what comes before {plan.Layers[0].Name}, one sample after the other.";
        }

        for (int i = 0; i < plan.Layers.Count; i++) yield return Line(plan, i, widths[0]);
    }

    private static string Line(BatchPlan plan, int layer, VectorWidth width)
    {
        BatchTables tables = plan.Tables[layer];
        int weights = plan.Layers[layer].Weights.Count;
        double time = BatchCost.LayerNanoseconds(plan, layer, width), share = weights == 0 ? 0 : 100.0 * tables.SharedTerms / weights;
        string rows = tables.Pairs == 1 ? "1 pair of rows" : $"{tables.Pairs} pairs of rows";
        string tiles = tables.Tiling.Count == 1 ? "1 tile" : $"{tables.Tiling.Count} tiles";
        return FormattableString.Invariant($"batch: {plan.Layers[layer].Name}: {time:0.#} ns, {tables.Bytes} B of tables, {rows} over ")
            + FormattableString.Invariant($"{tiles} of inputs, {share:0} % of {weights} weights with an input loaded for both rows.");
    }
}
