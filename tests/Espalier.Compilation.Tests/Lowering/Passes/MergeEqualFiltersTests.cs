using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

/// <summary><see cref="MergeEqualUnits"/> on graphs with images.</summary>
public sealed class MergeEqualFiltersTests
{
    private static readonly Shape s_input = new(1, 4, 4), s_three = new(3, 4, 4), s_pooled = new(3, 2, 2);

    private static readonly Window s_point = new(1, 1);

    private static readonly ConvolutionLayer s_first = Build.Convolution(
        "first", s_input, s_point, [[2], [3], [2]], [1, 1, 1], Activation.Relu);

    [Fact]
    public void Equal_filters_are_merged_through_pooling()
    {
        LoweredNetwork result = Apply(
            s_first, Build.Pooling("pool", s_three, PoolingKind.Max, 2),
            Build.Convolution("next", s_pooled, s_point, [[10, 20, 30]], [7], Activation.Tanh));
        Assert.Equal(
            [
                Build.Convolution("first", s_input, s_point, [[2], [3]], [1, 1], Activation.Relu),
                Build.Pooling("pool", s_three with { Channels = 2 }, PoolingKind.Max, 2),
                Build.Convolution("next", s_pooled with { Channels = 2 }, s_point, [[40, 20]], [7], Activation.Tanh),
            ],
            result.Network.Layers);
        Assert.Equal("filters merged into an equal one: 1", Assert.Single(result.Notes).Text);
        Assert.True(result.SumsRegrouped);
    }

    [Fact]
    public void Every_value_of_their_images_is_merged_in_a_dense_layer()
    {
        float[] weights = [.. Enumerable.Range(1, 12).Select(i => (float)i)];
        LoweredNetwork result = Apply(
            s_first, Build.Pooling("pool", s_three, PoolingKind.Average, 2), Build.Layer("out", [weights], [0], Activation.Identity));
        Assert.Equal(Build.Layer("out", [[10, 12, 14, 16, 5, 6, 7, 8]], [0], Activation.Identity), result.Network.Layers[2]);
    }

    [Fact]
    public void Equal_filters_that_an_addition_reads_stay()
    {
        LoweredNetwork given = Build.LoweredGraph(
            s_input, s_first, Build.Convolution("second", s_three, s_point, [[1, 2, 4], [0, 1, 5], [1, 0, 6]], [0, 0, 0], Activation.Relu),
            new AdditionLayer("sum", s_three, 2, Activation.Identity).Reading("first", "second"),
            Build.Convolution("next", s_three, s_point, [[10, 20, 30]], [7], Activation.Tanh));
        Assert.Equal(given, MergeEqualUnits.Apply(given));
    }

    private static LoweredNetwork Apply(params Layer[] layers) => MergeEqualUnits.Apply(Build.LoweredGraph(s_input, layers));
}
