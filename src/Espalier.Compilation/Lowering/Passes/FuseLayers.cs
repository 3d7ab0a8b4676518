using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>Makes one method of a plan that is nothing but a little straight-line code.</summary>
/// <remarks>
/// Before: the plans have their kernels. After: a plan of at most 128 bits with few terms in all, and no softmax but in the last layer, is
/// straight-line code and marked as fused, if it was straight-line code anyhow or is expected to be faster as that. With registers it then
/// computes activation functions in them, with the same bits.
/// Example: 17-3-1 with 10 weights is one method whose three hidden units are local variables.
/// </remarks>
internal static class FuseLayers
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "fuse layers";

    /// <summary>The most terms and units of a fused method: with more, the calls and copies that fusing saves no longer matter.</summary>
    private const int MaxTerms = 256;

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered) => lowered.WithPlans(plan =>
    {
        if (!CanFuse(plan, lowered.Options)) return plan;
        WidthPlan fused = plan with { IsFused = true, Kernels = new EquatableArray<KernelChoice>(plan.Layers.Select(StraightLine)) };
        bool isSettled = plan.Kernels.All(choice => choice.Kernel == KernelKind.Unrolled);
        return isSettled || fused.Nanoseconds < plan.Nanoseconds ? fused : plan;
    });

    private static bool CanFuse(WidthPlan plan, LoweringOptions options) =>
        plan.Width <= VectorWidth.Vector128 && options.Kernel is null or KernelKind.Unrolled
        && plan.Layers.Sum(layer => (long)layer.Weights.Count + layer.Weights.Rows) <= System.Math.Min(MaxTerms, options.MethodTerms)
        && plan.Layers.Take(plan.Layers.Length - 1).All(layer => layer.Activation.IsElementwise);

    private static KernelChoice StraightLine(DenseLayer layer) => new(
        KernelKind.Unrolled, VectorWidth.Scalar, Kernel.For(KernelKind.Unrolled).Estimate(layer, VectorWidth.Scalar),
        "it is part of a network small enough to be one method");
}
