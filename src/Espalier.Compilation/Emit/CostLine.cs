using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>What compiled code costs, stage by stage and in all, in one line for the log of a build.</summary>
internal static class CostLine
{
    /// <summary>The line: times and bytes of the plan for the widest registers.</summary>
    /// <param name="given">The network that was lowered.</param>
    /// <param name="lowered">What became of it.</param>
    public static string Of(Network given, LoweredNetwork lowered)
    {
        WidthPlan plan = lowered.Widest;
        WeightedLayer[] weighted = [.. given.Layers.OfType<WeightedLayer>()];
        long weights = weighted.Sum(layer => (long)layer.Weights.Rows * layer.Weights.Columns),
            biases = weighted.Sum(layer => layer.Biases.Length);
        IEnumerable<string> stages = Enumerable.Range(0, plan.Stages.Length).Select(i => Stage(plan, i));
        long bytes = plan.Kernels.Sum(choice => choice.Estimate.TableBytes + choice.Estimate.CodeBytes);
        return $"{given.Name}: {string.Join("; ", stages)}; in all {Number(given.WeightCount)} of {Number(weights)} weights "
            + $"({Percent(weights == 0 ? 0 : (double)given.WeightCount / weights)}), about {Number(plan.Nanoseconds)} ns, "
            + $"{Number(bytes)} B; dense {Number(sizeof(float) * (weights + biases))} B";
    }

    private static string Stage(WidthPlan plan, int index)
    {
        (Stage stage, KernelEstimate estimate) = (plan.Stages[index], plan.Kernels[index].Estimate);
        string weights = stage.Weights is SparseMatrix matrix ? $"{Number(matrix.Count)} weights ({Percent(matrix.Density)}), " : "";
        string fill = estimate.Fill is double share ? $", {share.ToString("0 %", CultureInfo.InvariantCulture)} of the lanes" : "";
        return $"{StageText.Name(stage)} {weights}{plan.Kernels[index].Name}{fill}, {Number(estimate.Nanoseconds)} ns, "
            + $"tables {Number(estimate.TableBytes)} B, code {Number(estimate.CodeBytes)} B, scratch {Number(plan.ScratchBytes(index))} B";
    }

    private static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);
}
