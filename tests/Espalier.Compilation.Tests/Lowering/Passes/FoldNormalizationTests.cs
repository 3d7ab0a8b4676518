using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class FoldNormalizationTests
{
    private static readonly Shape s_input = new(1, 2, 3), s_output = new(1, 2, 2);

    private static readonly Layer s_convolution = Convolution(Activation.Identity);

    private static readonly Layer s_normalization = Build.Normalization("n", s_output, [0.5f], [4], Activation.Tanh);

    [Fact]
    public void The_example_of_the_documentation()
    {
        LoweredNetwork result = FoldNormalization.Apply(Build.LoweredGraph(s_input, s_convolution, s_normalization));
        Assert.Equal(
            Build.Convolution("c", s_input, new Window(1, 2), [[1, 1.5f]], [4.5f], Activation.Tanh), Assert.Single(result.Network.Layers));
        Assert.True(result.SumsRegrouped);
        Assert.Equal("n into c", Assert.Single(result.Notes).Text);
    }

    [Fact]
    public void It_is_folded_into_dense_layers_too()
    {
        LoweredNetwork result = FoldNormalization.Apply(Build.LoweredGraph(
            Shape.Flat(2), Build.Layer("d", [[1, 2], [3, 4]], [5, 6], Activation.Identity),
            Build.Normalization("n", Shape.Flat(2), [2, 10], [1, 1], Activation.Relu)));
        Assert.Equal(Build.Layer("d", [[2, 4], [30, 40]], [11, 61], Activation.Relu), Assert.Single(result.Network.Layers));
    }

    [Fact]
    public void Behind_an_activation_it_becomes_a_convolution() =>
        AssertKept(FoldNormalization.Apply(Build.LoweredGraph(s_input, Convolution(Activation.Relu), s_normalization)), 1, s_output);

    [Fact]
    public void Of_values_that_others_read_it_becomes_a_convolution() => AssertKept(
        FoldNormalization.Apply(Build.LoweredGraph(
            s_input, s_convolution, s_normalization, new AdditionLayer("a", s_output, 2, Activation.Identity).Reading("c", "n"))),
        1, s_output);

    [Fact]
    public void Of_the_input_it_becomes_a_convolution() => AssertKept(
        FoldNormalization.Apply(Build.LoweredGraph(s_output, s_normalization)), 0, s_output);

    [Fact]
    public void A_product_that_overflows_is_not_folded()
    {
        Layer huge = Build.Normalization("n", s_output, [3e38f], [0], Activation.Identity);
        LoweredNetwork result = FoldNormalization.Apply(Build.LoweredGraph(s_input, s_convolution, huge));
        Assert.Equal(2, result.LayerCount);
        Assert.False(result.SumsRegrouped);
    }

    [Fact]
    public void A_multiplier_of_zero_is_no_weight()
    {
        LoweredNetwork result = FoldNormalization.Apply(Build.LoweredGraph(
            new Shape(2, 1, 1), Build.Normalization("n", new Shape(2, 1, 1), [0, 3], [5, 6], Activation.Identity)));
        Assert.Equal(
            Build.Convolution("n", new Shape(2, 1, 1), new Window(1, 1), [[0, 0], [0, 3]], [5, 6], Activation.Identity),
            result.Network.Layers[0]);
    }

    private static ConvolutionLayer Convolution(Activation activation) =>
        Build.Convolution("c", s_input, new Window(1, 2), [[2, 3]], [1], activation);

    private static void AssertKept(LoweredNetwork result, int index, Shape shape)
    {
        Assert.Equal(
            Build.Convolution("n", shape, new Window(1, 1), [[0.5f]], [4], Activation.Tanh),
            result.Network.Layers[index] with { Sources = default });
        Assert.False(result.SumsRegrouped);
        Assert.Null(result.Network.FindFault());
    }
}
