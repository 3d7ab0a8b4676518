using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class FusePoolingTests
{
    private static readonly Shape s_input = new(1, 12, 12);

    private static readonly ConvolutionLayer s_convolution = Build.Convolution("c", s_input, new Window(1, 1), [[2]], [1], Activation.Relu);

    private static readonly PoolingLayer s_pooling = Build.Pooling("p", s_input, PoolingKind.Max, 2);

    [Fact]
    public void The_example_of_the_documentation()
    {
        LoweredNetwork result = Apply(s_convolution, s_pooling, Build.SumLayer("d", 36));
        foreach (WidthPlan plan in result.Plans)
        {
            bool isScalar = plan.Width == VectorWidth.Scalar;
            Assert.Equal(isScalar ? ["c", "p", "d"] : (string[])["c", "d"], plan.Stages.Select(stage => stage.Layer.Name));
            Assert.Equal(isScalar ? null : s_pooling, plan.Stages[0].Pooling);
            Assert.Equal(isScalar ? [[-1], [0], [1]] : (int[][])[[-1], [0]], plan.Stages.Select(stage => stage.Sources.ToArray()));
            Assert.Equal(isScalar ? 1 : 0, plan.StageOf("p"));
        }
    }

    [Fact]
    public void What_others_read_is_not_pooled_away()
    {
        LoweredNetwork result = Apply(
            s_convolution, s_pooling, Build.SumLayer("reader", 144).Reading("c"), Build.SumLayer("d", 36).Reading("p"),
            new ConcatenationLayer(
                "all", new EquatableArray<Shape>([Shape.Flat(1), Shape.Flat(1)]), Activation.Identity).Reading("d", "reader"));
        Assert.All(result.Plans, plan => Assert.Equal(["c", "p", "reader", "d", "all"], plan.Stages.Select(stage => stage.Layer.Name)));
    }

    private static LoweredNetwork Apply(params Layer[] layers) => FusePooling.Apply(MakePlans.Apply(Build.LoweredGraph(s_input, layers)));
}
