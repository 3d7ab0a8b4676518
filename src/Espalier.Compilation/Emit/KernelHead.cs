using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Kernels.Batch;
using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Emit;

/// <summary>
/// The text for people at the head of the kernel file: the network, each plan's layers, what the passes did, and the numerics.
/// </summary>
internal static class KernelHead
{
    /// <summary>What holds for all scalar code.</summary>
    public static IReadOnlyList<string> ScalarNumerics { get; } =
    [
        "Order of summation in scalar code: term j of a row goes to partial sum j mod 4; p0 starts at the bias; "
            + "the sum is (p0 + p1) + (p2 + p3).",
        "No multiplication is fused with an addition there: every machine computes the same bits (which bits a NaN has is left open).",
    ];

    /// <summary>The lines.</summary>
    public static IEnumerable<string> Lines(LoweredNetwork lowered)
    {
        yield return $"The kernels of the network '{lowered.Header.Name}', content {lowered.Content.High:x16}{lowered.Content.Low:x16}.";
        yield return "";
        foreach (WidthPlan plan in lowered.Plans)
        {
            foreach (string line in LayerTable.Lines(plan)) yield return line;
            yield return "";
        }

        foreach (string line in BatchReport.Lines(lowered)) yield return line;
        yield return "";
        foreach (PassNote note in lowered.Notes) yield return $"{note.Pass}: {note.Text}.";
        if (lowered.Notes.Length > 0) yield return "";
        foreach (string line in ScalarNumerics) yield return line;
        if (lowered.Plans.Any(plan => plan.Kernels.Any(choice => choice.Width != VectorWidth.Scalar)))
        {
            yield return "Vector code has its own fixed order and fuses, with 128 bits on Arm only: machines of one kind with registers of "
                + "one width compute the same bits, and others differ by rounding.";
            yield return "A NaN among the inputs makes NaN of every output that depends on it; in vector code a NaN or an infinity may "
                + "make NaN of others too, those that share a step with it.";
        }

        if (Regrouping(lowered) is string regrouping) yield return regrouping;
    }

    /// <summary>Why results may differ from those of the model file; null when they do not.</summary>
    public static string? Regrouping(LoweredNetwork lowered)
    {
        if (!lowered.SumsRegrouped) return null;
        string what = lowered.MergedUnits > 0 ? "Units were folded or merged" : lowered.FoldedUnits > 0 ? "Constants were folded" : "";
        if (lowered.FoldedNormalizations > 0)
        {
            what = what.Length == 0 ? "Batch normalisation was folded" : what + ", and batch normalisation,";
        }

        return $"{what} and the other terms regroup: results may differ from those of the model file by rounding.";
    }
}
