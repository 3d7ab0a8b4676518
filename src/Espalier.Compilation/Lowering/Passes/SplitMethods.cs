using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>Divides the stages into methods small enough for the JIT to optimise.</summary>
/// <remarks>
/// Before: each stage has its kernel. After: <see cref="WidthPlan.Methods"/> covers every unit and every weight once, in order,
/// within the budget of terms. Example: with 1,000 terms a method, an unrolled layer of four units with 600, 300, 200 and 2,500 weights
/// becomes the methods {600 + 300}, {200} and three pieces of the last unit with 1,000, 1,000 and 500.
/// </remarks>
internal static class SplitMethods
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "split into methods";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered) => lowered.WithPlans(plan =>
    {
        var parts = new List<MethodPart>();
        for (int i = 0; i < plan.Stages.Length; i++)
        {
            parts.AddRange(plan.KernelOf(i).Split(i, plan.Stages[i], plan.Kernels[i].Width, lowered.Options.MethodTerms));
        }

        return plan with { Methods = new EquatableArray<MethodPart>(parts) };
    });
}
