using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>The table of the layers at the head of the kernel file.</summary>
internal static class LayerTable
{
    private static readonly string[] s_heads =
        ["layer", "shape", "activation", "non-zeros", "density", "kernel", "fill", "est. ns", "table B", "code B", "scratch B"];

    /// <summary>A line on the plan, the lines of the table, then the reason for each kernel.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="hasOneScratch">Whether all values between layers stand in one scratch memory; plain code has an array for each.</param>
    public static IEnumerable<string> Lines(WidthPlan plan, bool hasOneScratch = true)
    {
        string time = plan.Nanoseconds.ToString("0", CultureInfo.InvariantCulture);
        string what = plan.Width == VectorWidth.Scalar ? "Scalar code" : $"Registers of {plan.Width.Bits()} bits";
        yield return $"{what}, about {time} ns a sample{(plan.IsFused ? ", all in one method" : "")}:";
        string[][] rows = [s_heads, .. Enumerable.Range(0, plan.Stages.Length).Select(i => Row(plan, i))];
        int[] widths = [.. Enumerable.Range(0, s_heads.Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            IEnumerable<string> cells = row.Select((cell, i) => IsText(i) ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            yield return string.Join("  ", cells).TrimEnd();
        }

        if (plan.InputOrder.Length > 0)
        {
            string copy = plan.InputNanoseconds.ToString("0", CultureInfo.InvariantCulture);
            yield return $"The input is reordered first, {plan.InputOrder.Length} values in about {copy} ns.";
        }

        if (hasOneScratch && !plan.IsDenseChain)
        {
            long apart = sizeof(float) * ScratchBuffer.Of(plan).Sum(buffer => (long)buffer.Length);
            yield return $"Scratch memory: {sizeof(float) * (long)plan.Scratch!.Length} B, where values that never live together share a "
                + $"place; apart they would take {apart} B.";
        }

        for (int i = 0; i < plan.Stages.Length; i++)
        {
            yield return $"{StageText.Name(plan.Stages[i])}: {plan.Kernels[i].Name} because {plan.Kernels[i].Reason}.";
        }
    }

    private static bool IsText(int column) => s_heads[column] is "layer" or "shape" or "activation" or "kernel";

    private static string[] Row(WidthPlan plan, int index)
    {
        (Stage stage, KernelChoice choice) = (plan.Stages[index], plan.Kernels[index]);
        return
        [
            StageText.Name(stage),
            StageText.Shapes(stage),
            StageText.Name(stage.Layer.Activation),
            stage.Weights is SparseMatrix weights ? CSharpWriter.Number(weights.Count) : "",
            stage.Weights?.Density.ToString("0.0 %", CultureInfo.InvariantCulture) ?? "",
            choice.Name,
            choice.Estimate.Fill is double fill ? fill.ToString("0 %", CultureInfo.InvariantCulture) : "",
            choice.Estimate.Nanoseconds.ToString("0", CultureInfo.InvariantCulture),
            CSharpWriter.Number(choice.Estimate.TableBytes),
            CSharpWriter.Number(choice.Estimate.CodeBytes),
            CSharpWriter.Number(plan.ScratchBytes(index)),
        ];
    }
}
