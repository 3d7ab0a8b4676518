using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>Keeps the fastest plan of each width, and of those with vectors only the ones that gain something.</summary>
/// <remarks>
/// Before: every plan has its kernels; there may be several of one width. After: at most one plan a width, from the widest on: the scalar
/// one, and those that are expected to gain enough over it, are fused, or have the kernel that was asked for. Example: a 2-2-1 network
/// with ReLU is straight-line code at every width, so the scalar plan alone is left.
/// </remarks>
internal static class KeepBestPlans
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "keep the best plans";

    /// <summary>
    /// How much faster than scalar code a plan of each width must be expected to be. Its tables cost build time and bytes whether or not
    /// the code ever runs where it gains, and registers of four lanes are the widest on few desktops.
    /// </summary>
    private static double LeastGain(VectorWidth width) => width == VectorWidth.Vector128 ? 1.5 : 1.25;

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        WidthPlan scalar = lowered.Plans.Single(plan => plan.Width == VectorWidth.Scalar);
        bool isForced = lowered.Options.Kernel is not null;
        var kept = new List<WidthPlan>();
        foreach (IGrouping<VectorWidth, WidthPlan> plans in lowered.Plans.GroupBy(plan => plan.Width))
        {
            WidthPlan best = plans.OrderBy(plan => plan.Nanoseconds).First();
            bool hasVectors = best.Kernels.Any(choice => choice.Width != VectorWidth.Scalar);
            bool gains = isForced || LeastGain(best.Width) * best.Nanoseconds < scalar.Nanoseconds;
            if (best == scalar || (hasVectors && gains) || best.IsFused) kept.Add(best);
        }

        return lowered with { Plans = new EquatableArray<WidthPlan>(kept) };
    }
}
