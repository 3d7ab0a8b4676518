using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class FuseLayersTests
{
    [Theory]
    [InlineData(60, ActivationKind.Sigmoid, 1000, true)]
    [InlineData(254, ActivationKind.Tanh, 1000, true)]
    [InlineData(255, ActivationKind.Tanh, 1000, false)]
    [InlineData(60, ActivationKind.Relu, 1000, false)]
    [InlineData(60, ActivationKind.Elu, 1000, false)]
    [InlineData(60, ActivationKind.Softmax, 1000, false)]
    [InlineData(60, ActivationKind.Sigmoid, 50, false)]
    public void A_small_network_whose_functions_gain_by_registers_becomes_one_method(
        int terms, ActivationKind hidden, int methodTerms, bool isFused)
    {
        // One hidden unit of some terms, and one output that reads it: two units and a term besides.
        DenseLayer first = Build.SumLayer("a", terms - 1) with { Activation = new Activation(hidden) };
        LoweredNetwork lowered = LoweringPipeline.Start(
            Build.Network(first, Build.SumLayer("b", 1)), new LoweringOptions { MethodTerms = methodTerms });

        EquatableArray<WidthPlan> plans = FuseLayers.Apply(ChooseKernels.Apply(MakePlans.Apply(lowered))).Plans;

        Assert.All(plans, plan => Assert.Equal(isFused && plan.Width == VectorWidth.Vector128, plan.IsFused));
        Assert.All(plans.Where(plan => plan.IsFused), plan => Assert.All(
            plan.Kernels, choice => Assert.Equal((KernelKind.Unrolled, VectorWidth.Scalar), (choice.Kernel, choice.Width))));
    }

    [Theory]
    [InlineData(ActivationKind.Sigmoid, VectorWidth.Vector128)]
    [InlineData(ActivationKind.Relu, VectorWidth.Scalar)]
    public void The_widest_plan_of_a_tiny_network_is_the_fused_one_or_the_scalar_one(ActivationKind kind, VectorWidth widest)
    {
        LoweredNetwork lowered = LoweringPipeline.Run(Build.Network(
            Build.Layer("a", [[1, 2], [3, 4]], [0, 1], new Activation(kind)), Build.SumLayer("b", 2)));
        Assert.Equal((widest, widest == VectorWidth.Vector128), (lowered.Widest.Width, lowered.Widest.IsFused));
    }
}
