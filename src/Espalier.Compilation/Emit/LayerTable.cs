using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>The table of the layers at the head of the kernel file.</summary>
internal static class LayerTable
{
    private static readonly string[] s_heads =
        ["layer", "shape", "activation", "non-zeros", "density", "kernel", "est. ns", "table B", "code B", "scratch B"];

    /// <summary>The lines of the table, then the reason for each kernel.</summary>
    public static IEnumerable<string> Lines(LoweredNetwork lowered)
    {
        string[][] rows = [s_heads, .. Enumerable.Range(0, lowered.LayerCount).Select(i => Row(lowered, i))];
        int[] widths = [.. Enumerable.Range(0, s_heads.Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            IEnumerable<string> cells = row.Select((cell, i) => IsText(i) ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            yield return string.Join("  ", cells).TrimEnd();
        }

        yield return "";
        for (int i = 0; i < lowered.LayerCount; i++)
        {
            yield return $"{lowered.Dense(i).Name}: {Name(lowered.Kernels[i])} because {lowered.Kernels[i].Reason}.";
        }
    }

    private static bool IsText(int column) => s_heads[column] is "layer" or "shape" or "activation" or "kernel";

    private static string Name(KernelChoice choice) => choice.Kernel.ToString().ToLowerInvariant();

    private static string[] Row(LoweredNetwork lowered, int index)
    {
        DenseLayer layer = lowered.Dense(index);
        KernelChoice choice = lowered.Kernels[index];
        SparseMatrix weights = layer.Weights;
        return
        [
            layer.Name,
            $"{weights.Columns} -> {weights.Rows}",
            Name(layer.Activation),
            CSharpWriter.Number(weights.Count),
            weights.Density.ToString("0.0 %", CultureInfo.InvariantCulture),
            Name(choice),
            choice.Estimate.Nanoseconds.ToString("0", CultureInfo.InvariantCulture),
            CSharpWriter.Number(choice.Estimate.TableBytes),
            CSharpWriter.Number(choice.Estimate.CodeBytes),
            CSharpWriter.Number(lowered.ScratchBytes(index)),
        ];
    }

    private static string Name(Activation activation)
    {
        string name = activation.Kind.ToString().ToLowerInvariant();
        return activation.HasParameter ? $"{name} {activation.Alpha.ToString("G9", CultureInfo.InvariantCulture)}" : name;
    }
}
