using System;
using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// Chooses a kernel for each layer: straight-line code where it gains most time for its bytes, while the whole model's straight-line code
/// stays within the budget; loops over tables elsewhere.
/// </summary>
internal static class KernelChooser
{
    /// <summary>One choice for each layer.</summary>
    public static KernelChoice[] Choose(IReadOnlyList<DenseLayer> layers, LoweringOptions options)
    {
        if (options.Kernel is KernelKind forced)
        {
            return [.. layers.Select(layer => new KernelChoice(forced, Kernel.For(forced).Estimate(layer), "it was asked for"))];
        }

        KernelEstimate[] unrolled = [.. layers.Select(Kernel.For(KernelKind.Unrolled).Estimate)];
        KernelEstimate[] table = [.. layers.Select(Kernel.For(KernelKind.Table).Estimate)];
        var choices = new KernelChoice[layers.Count];
        long left = options.CodeBudget;
        foreach (int i in Enumerable.Range(0, layers.Count).OrderByDescending(i => GainPerByte(unrolled[i], table[i])))
        {
            double gain = table[i].Nanoseconds - unrolled[i].Nanoseconds;
            if (gain <= 0)
            {
                choices[i] = new KernelChoice(KernelKind.Table, table[i], FormattableString.Invariant(
                    $"a loop is expected to be {-gain:0} ns faster than straight-line code of {unrolled[i].CodeBytes} B"));
            }
            else if (unrolled[i].CodeBytes > left)
            {
                string needed = FormattableString.Invariant($"straight-line code would take {unrolled[i].CodeBytes} B");
                string room = FormattableString.Invariant($"{left} B of the model's budget of {options.CodeBudget} B are left");
                choices[i] = new KernelChoice(KernelKind.Table, table[i], $"{needed}; {room}");
            }
            else
            {
                left -= unrolled[i].CodeBytes;
                choices[i] = new KernelChoice(KernelKind.Unrolled, unrolled[i], FormattableString.Invariant(
                    $"straight-line code is expected to be {gain:0} ns faster than a loop and fits the budget of {options.CodeBudget} B"));
            }
        }

        return choices;
    }

    private static double GainPerByte(KernelEstimate unrolled, KernelEstimate table) =>
        (table.Nanoseconds - unrolled.Nanoseconds) / Math.Max(1, unrolled.CodeBytes);
}
