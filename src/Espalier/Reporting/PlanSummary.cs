using Espalier.Compilation.Lowering;

namespace Espalier.Reporting;

/// <summary>What a network's code for registers of one width costs.</summary>
/// <param name="Width">The registers: "Vector512", "Vector256", "Vector128", or "Scalar" for the code that runs everywhere.</param>
/// <param name="EstimatedNs">The estimated time of one prediction in nanoseconds.</param>
/// <param name="TableBytes">Bytes of constant tables.</param>
/// <param name="CodeBytes">Estimated bytes of machine code.</param>
public sealed record PlanSummary(string Width, double EstimatedNs, long TableBytes, long CodeBytes)
{
    /// <summary>Sums up <paramref name="plan"/>.</summary>
    public static PlanSummary Of(WidthPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new PlanSummary(
            plan.Width.ToString(), plan.Nanoseconds, plan.Kernels.Sum(choice => choice.Estimate.TableBytes),
            plan.Kernels.Sum(choice => choice.Estimate.CodeBytes));
    }
}
