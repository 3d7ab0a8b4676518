using System.Linq;
using Espalier.Compilation.Kernels;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>Makes one method of a plan that is nothing but a little straight-line code.</summary>
/// <remarks>
/// Before: the plans have their kernels. After: a plan whose layers are all straight-line code of few terms in all is marked as fused; if
/// the last layer alone is a softmax, or none. Plans with vectors then compute activation functions in registers, with the same bits.
/// Example: 17-3-1 with 10 weights is one method whose three hidden units are local variables.
/// </remarks>
internal static class FuseLayers
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "fuse layers";

    /// <summary>The most terms and units of a fused method: with more, the calls and copies that fusing saves no longer matter.</summary>
    private const int MaxTerms = 256;

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered) =>
        lowered.WithPlans(plan => plan with { IsFused = CanFuse(plan, lowered.Options.MethodTerms) });

    private static bool CanFuse(WidthPlan plan, int methodTerms) =>
        plan.Kernels.All(choice => choice.Kernel == KernelKind.Unrolled)
        && plan.Layers.Sum(layer => (long)layer.Weights.Count + layer.Weights.Rows) <= System.Math.Min(MaxTerms, methodTerms)
        && plan.Layers.Take(plan.Layers.Length - 1).All(layer => layer.Activation.IsElementwise);
}
