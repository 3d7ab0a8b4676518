using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// Chooses a kernel for each stage of a plan: the one expected to be fastest, dense code included. Straight-line code goes where it gains
/// most time for its bytes, while that of the whole model stays within the budget.
/// </summary>
internal static class KernelChooser
{
    private const int NamedRivals = 3;

    /// <summary>One choice for each stage.</summary>
    public static KernelChoice[] Choose(IReadOnlyList<Stage> stages, VectorWidth width, LoweringOptions options)
    {
        List<KernelCandidate>[] candidates = [.. stages.Select(stage => KernelCandidate.For(stage, width))];
        var choices = new KernelChoice?[stages.Count];
        for (int i = 0; i < choices.Length; i++)
        {
            // Of the widths that the kernel asked for comes in, the fastest.
            KernelCandidate? forced = candidates[i].Where(candidate => candidate.Kernel == options.Kernel)
                .OrderBy(c => c.Weight).FirstOrDefault();
            choices[i] = forced?.Choose("it was asked for");
        }

        var open = Enumerable.Range(0, choices.Length).Where(i => choices[i] is null).ToList();
        KernelCandidate?[] straight = [.. candidates.Select(
            all => all.Where(c => c.IsStraightLine).OrderBy(c => c.Weight).FirstOrDefault())];
        KernelCandidate[] loops = [.. candidates.Select(all => all.Where(c => !c.IsStraightLine).OrderBy(c => c.Weight).First())];
        long left = options.CodeBudget;
        foreach (int i in open.OrderByDescending(i => GainPerByte(straight[i], loops[i])))
        {
            if (straight[i] is not KernelCandidate unrolled || unrolled.Weight >= loops[i].Weight)
            {
                choices[i] = loops[i].Choose(Reason(loops[i], candidates[i]));
            }
            else if (unrolled.Estimate.CodeBytes > left)
            {
                string needed = FormattableString.Invariant($"straight-line code would take {unrolled.Estimate.CodeBytes} B");
                string room = FormattableString.Invariant($"{left} B of the model's budget of {options.CodeBudget} B are left");
                choices[i] = loops[i].Choose($"{needed}; {room}");
            }
            else
            {
                left -= unrolled.Estimate.CodeBytes;
                choices[i] = unrolled.Choose(Reason(unrolled, candidates[i]));
            }
        }

        return [.. choices.Select(choice => choice!)];
    }

    private static double GainPerByte(KernelCandidate? straight, KernelCandidate loop) =>
        straight is null ? 0 : (loop.Weight - straight.Weight) / Math.Max(1, straight.Estimate.CodeBytes);

    private static string Reason(KernelCandidate chosen, List<KernelCandidate> candidates)
    {
        string[] rivals = [.. candidates.Where(candidate => candidate != chosen).OrderBy(candidate => candidate.Weight).Take(NamedRivals)
            .Select(candidate => $"{KernelChoice.NameOf(candidate.Kernel, candidate.Width)} {Time(candidate)}")];
        string others = rivals.Length == 0 ? "nothing else can" : "next best: " + string.Join(", ", rivals);
        string filled = chosen.Estimate.Fill is double fill ? FormattableString.Invariant($", {100 * fill:0} % of its slots filled") : "";
        return $"it is expected to take {Time(chosen)} ns{filled} ({others})";
    }

    private static string Time(KernelCandidate candidate) => candidate.Estimate.Nanoseconds.ToString(
        candidate.Estimate.Nanoseconds < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
