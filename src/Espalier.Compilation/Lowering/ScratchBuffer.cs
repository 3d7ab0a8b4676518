using System;
using System.Collections.Generic;
using System.Linq;

namespace Espalier.Compilation.Lowering;

/// <summary>A piece of scratch memory that a plan needs for a while.</summary>
/// <param name="Stage">The stage that writes it; -1 for the copy of the input.</param>
/// <param name="IsWork">Whether it is what the stage works in, not what it yields.</param>
/// <param name="First">The first stage during which it holds something.</param>
/// <param name="Last">The last one.</param>
/// <param name="Length">Its floats, padding included.</param>
internal sealed record ScratchBuffer(int Stage, bool IsWork, int First, int Last, int Length)
{
    /// <summary>Whether both hold something at some time.</summary>
    public bool Meets(ScratchBuffer other) => First <= other.Last && other.First <= Last;

    /// <summary>Everything that <paramref name="plan"/>, which has its kernels, needs memory for, in the order of time.</summary>
    public static IReadOnlyList<ScratchBuffer> Of(WidthPlan plan)
    {
        var buffers = new List<ScratchBuffer>();
        if (plan.IsFused) return buffers;
        if (plan.CopiesInput) buffers.Add(Value(plan, -1, plan.InputLength));
        for (int i = 0; i < plan.Stages.Length; i++)
        {
            if (plan.WorkFloats(i) is > 0 and int work)
            {
                buffers.Add(new ScratchBuffer(i, true, i, i, ScratchPlan.Padded(work, plan.UsesRegisters)));
            }

            if (i < plan.Stages.Length - 1 || plan.WritesBlocks(i)) buffers.Add(Value(plan, i, plan.Stages[i].OutputLength));
        }

        return buffers;
    }

    /// <summary>The buffer of the values of a stage, long enough for what its readers, and itself, reach behind the last of them.</summary>
    private static ScratchBuffer Value(WidthPlan plan, int stage, int count)
    {
        int last = stage, slack = stage < 0 ? 0 : Slack(stage);
        for (int reader = 0; reader < plan.Stages.Length; reader++)
        {
            if (!plan.Stages[reader].Sources.Contains(stage)) continue;
            slack = Math.Max(slack, Slack(reader));
            last = reader;
        }

        return new ScratchBuffer(stage, false, stage, last, ScratchPlan.Padded(checked(count + slack), plan.UsesRegisters));

        int Slack(int index) => plan.KernelOf(index).Slack(plan.Kernels[index].Width);
    }
}
