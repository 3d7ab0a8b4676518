using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class FuseLayersTests
{
    [Theory]
    [InlineData(60, ActivationKind.Sigmoid, 1000, true)]
    [InlineData(254, ActivationKind.Relu, 1000, true)]
    [InlineData(255, ActivationKind.Relu, 1000, false)]
    [InlineData(60, ActivationKind.Softmax, 1000, false)]
    [InlineData(60, ActivationKind.Sigmoid, 50, false)]
    public void Little_straight_line_code_becomes_one_method(int terms, ActivationKind hidden, int methodTerms, bool isFused)
    {
        // One hidden unit of some terms, and one output that reads it: two units and a term besides.
        DenseLayer first = Build.SumLayer("a", terms - 1) with { Activation = new Activation(hidden) };
        LoweredNetwork lowered = LoweringPipeline.Start(
            Build.Network(first, Build.SumLayer("b", 1)),
            new LoweringOptions { Kernel = KernelKind.Unrolled, Widths = VectorWidth.Scalar, MethodTerms = methodTerms });
        Assert.Equal(isFused, FuseLayers.Apply(ChooseKernels.Apply(MakePlans.Apply(lowered))).Widest.IsFused);
    }

    [Theory]
    [InlineData(ActivationKind.Sigmoid, VectorWidth.Vector128)]
    [InlineData(ActivationKind.Relu, VectorWidth.Scalar)]
    public void Registers_are_kept_for_fused_code_whose_activation_functions_gain_by_them(ActivationKind kind, VectorWidth widest)
    {
        LoweredNetwork lowered = LoweringPipeline.Run(Build.Network(
            Build.Layer("a", [[1, 2], [3, 4]], [0, 1], new Activation(kind)), Build.SumLayer("b", 2)));
        Assert.True(lowered.Widest.IsFused);
        Assert.Equal(widest, lowered.Widest.Width);
    }
}
