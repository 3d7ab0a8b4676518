using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>Gives each value between layers a place in the workspace, plan by plan.</summary>
/// <remarks>
/// Before: the plans have their kernels. After: <see cref="WidthPlan.Scratch"/> is set, no layer writes where it reads, buffers that are
/// read or written in whole registers are padded to them, and the length is within what the header promises. The input is copied when it
/// is to be reordered or to be read in whole registers, which wants it aligned and padded; the output is copied when it is written in
/// whole registers. A fused plan needs no memory. Example: hidden layers of 300, 100 and 50 that scalar code computes get the offsets 0,
/// 300 and 0 of 400 floats.
/// </remarks>
internal static class PlanScratch
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "plan scratch memory";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered) => lowered.WithPlans(plan => plan with { Scratch = Plan(plan) });

    private static ScratchPlan Plan(WidthPlan plan)
    {
        int last = plan.Layers.Length - 1;
        if (plan.IsFused) return new ScratchPlan(0, false, -1, new EquatableArray<int>(Enumerable.Repeat(-1, last + 1)));
        bool isAligned = plan.Kernels.Any(choice => choice.Width != VectorWidth.Scalar);
        bool copiesInput = plan.InputOrder.Length > 0 || plan.ReadsBlocks(0);
        var lengths = new List<int>();
        if (copiesInput) lengths.Add(Padded(plan.Layers[0].Weights.Columns));
        for (int i = 0; i < last; i++) lengths.Add(Padded(plan.Layers[i].Weights.Rows));
        bool copiesOutput = plan.WritesBlocks(last);
        if (copiesOutput) lengths.Add(Padded(plan.Layers[last].Weights.Rows));

        (int length, int[] places) = ScratchPlan.Place(lengths);
        List<int> offsets = [.. places.Skip(copiesInput ? 1 : 0)];
        if (!copiesOutput) offsets.Add(-1);
        return new ScratchPlan(
            length + (isAligned ? ScratchPlan.AlignmentSlack : 0), isAligned, copiesInput ? places[0] : -1, new EquatableArray<int>(offsets));

        int Padded(int count) => ScratchPlan.Padded(count, isAligned);
    }
}
