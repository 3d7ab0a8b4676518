using System;
using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Makes one method of a small network whose activation functions gain by registers: straight-line code with hidden units in locals, four
/// of which are activated at a time, with the bits of the scalar functions.
/// </summary>
/// <remarks>
/// Before: the plans have their kernels. After: the plan for 128 bits is straight-line code and marked as fused, if it has few terms in
/// all, a sigmoid or a tanh, and no softmax but in the last layer; any other plan is as it was. Without registers one method was no faster
/// than a method a layer (17-3-1 with sigmoids: 27 ns against 25; registers halve that; Zen 5), so the scalar plan stays. Example: 17-3-1
/// with 10 weights is one method whose three hidden units are local variables.
/// </remarks>
internal static class FuseLayers
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "fuse layers";

    /// <summary>The most terms and units of a fused method; larger networks have layers worth kernels of their own.</summary>
    private const int MaxTerms = 256;

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered) =>
        lowered.WithPlans(plan => CanFuse(plan, lowered.Options) ? Fused(plan) : plan);

    private static bool CanFuse(WidthPlan plan, LoweringOptions options) =>
        plan.Width == VectorWidth.Vector128
        && options.Kernel is null or KernelKind.Unrolled
        && plan.IsDenseChain
        && plan.DenseLayers.Any(layer => FusedEmitter.UsesRegisters(layer.Activation))
        && plan.DenseLayers.Sum(layer => (long)layer.Weights.Count + layer.Weights.Rows) <= Math.Min(MaxTerms, options.MethodTerms)
        && plan.Stages.Take(plan.Stages.Length - 1).All(stage => stage.Layer.Activation.IsElementwise);

    private static WidthPlan Fused(WidthPlan plan) => plan with
    {
        IsFused = true,
        Kernels = new EquatableArray<KernelChoice>(plan.Stages.Select(stage => new KernelChoice(
            KernelKind.Unrolled, VectorWidth.Scalar, Kernel.For(KernelKind.Unrolled, stage.Layer).Estimate(stage, VectorWidth.Scalar),
            "it is part of a network small enough to be one method"))),
    };
}
