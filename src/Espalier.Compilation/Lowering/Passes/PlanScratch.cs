using System;
using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Gives each value between stages a place in the workspace, plan by plan; places are shared by values that never live together.
/// </summary>
/// <remarks>
/// Before: the plans have their kernels. After: <see cref="WidthPlan.Scratch"/> is set, no stage writes where it reads or where something
/// lies that a later stage reads, buffers that are read or written in whole registers are padded to them, and the length is within what the
/// header promises. The input is copied when it is to be reordered or to be read in whole registers, which wants it aligned and padded; the
/// output is copied when it is written in whole registers. A fused plan needs no memory. Example: hidden layers of 300, 100 and 50 that
/// scalar code computes get the offsets 0, 300 and 0 of 400 floats.
/// </remarks>
internal static class PlanScratch
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "plan scratch memory";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered) =>
        lowered.WithPlans(plan => plan with { Scratch = Plan(plan, ScratchPlacer.Place) });

    /// <summary>
    /// Gives each value a place of its own, so that all of them are there when the prediction is over: for looking at them, since it may
    /// take more than the header promises.
    /// </summary>
    public static LoweredNetwork Apart(LoweredNetwork lowered) =>
        lowered.WithPlans(plan => plan with { Scratch = Plan(plan, ScratchPlacer.PlaceApart) });

    private static ScratchPlan Plan(WidthPlan plan, Func<IReadOnlyList<ScratchBuffer>, (int Length, int[] Offsets)> place)
    {
        IReadOnlyList<ScratchBuffer> buffers = ScratchBuffer.Of(plan);
        (int length, int[] places) = place(buffers);
        int input = -1;
        int[] offsets = [.. Enumerable.Repeat(-1, plan.Stages.Length)], works = [.. offsets];
        for (int i = 0; i < places.Length; i++)
        {
            int stage = buffers[i].Stage;
            if (stage < 0) input = places[i];
            else (buffers[i].IsWork ? works : offsets)[stage] = places[i];
        }

        bool isAligned = plan.UsesRegisters;
        return new ScratchPlan(length + (isAligned ? ScratchPlan.AlignmentSlack : 0), isAligned, input, new EquatableArray<int>(offsets))
        {
            WorkOffsets = works.All(work => work < 0) ? default : new EquatableArray<int>(works),
        };
    }
}
