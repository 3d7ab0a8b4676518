using System;
using Espalier.Compilation.Kernels;

namespace Espalier.Compilation.Lowering;

/// <summary>
/// Checks what must hold between any two passes. A failure is a fault of this compiler, never of the user's network. It looks at layers,
/// units and methods and never at the weights, so it always runs.
/// </summary>
internal static class Verifier
{
    /// <summary>Checks <paramref name="lowered"/> as it came out of <paramref name="pass"/>.</summary>
    /// <exception cref="InvalidOperationException">Something does not hold.</exception>
    public static void Check(LoweredNetwork lowered, string pass)
    {
        if (FindFault(lowered) is string fault) throw new InvalidOperationException($"After the pass '{pass}': {fault}");
    }

    private static string? FindFault(LoweredNetwork lowered)
    {
        if (lowered.Network.FindFault() is string fault) return fault;
        if (lowered.Network.InputShape.Length != lowered.Header.InputLength) return "the number of inputs changed.";
        if (lowered.Network.OutputShape.Length != lowered.Header.OutputLength) return "the number of outputs changed.";
        if (lowered.Plans.Length > 0 && lowered.Plans[lowered.Plans.Length - 1].Width != VectorWidth.Scalar)
        {
            return "the last plan is not scalar.";
        }

        foreach (WidthPlan plan in lowered.Plans)
        {
            if (PlanVerifier.FindFault(plan, lowered) is string planFault) return $"plan for {plan.Width.Name()}: {planFault}";
        }

        return null;
    }
}
