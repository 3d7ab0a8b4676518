using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

/// <summary><see cref="DropDeadUnits"/> on graphs with images.</summary>
public sealed class DropDeadFiltersTests
{
    private static readonly Shape s_input = new(1, 4, 4);

    private static readonly Window s_point = new(1, 1);

    /// <summary>Three filters: a constant 5 (behind ReLU), one that is read, one that is not.</summary>
    private static ConvolutionLayer First => Build.Convolution("first", s_input, s_point, [[0], [2], [3]], [5, 1, 1], Activation.Relu);

    private static Shape Three => s_input with { Channels = 3 };

    [Fact]
    public void A_constant_filter_is_folded_and_an_unread_one_goes_and_the_next_layer_shrinks()
    {
        LoweredNetwork result = Apply(First, Build.Convolution("next", Three, s_point, [[10, 20, 0]], [7], Activation.Identity));
        Assert.Equal(
            [
                Build.Convolution("first", s_input, s_point, [[2]], [1], Activation.Relu),
                Build.Convolution("next", s_input, s_point, [[20]], [57], Activation.Identity),
            ],
            result.Network.Layers);
        Assert.Equal("filters removed: 2; constants folded into the biases they fed: 1", Assert.Single(result.Notes).Text);
    }

    [Theory]
    [InlineData(PoolingKind.Max)]
    [InlineData(PoolingKind.Average)]
    public void Constants_pass_through_pooling_and_into_dense_layers(PoolingKind kind)
    {
        Layer pooling = Build.Pooling("pool", Three, kind, 4);
        LoweredNetwork result = Apply(First, pooling, Build.Layer("out", [[10, 20, 0]], [7], Activation.Identity));
        Assert.Equal(
            [
                Build.Convolution("first", s_input, s_point, [[2]], [1], Activation.Relu),
                Build.Pooling("pool", s_input, kind, 4),
                Build.Layer("out", [[20]], [57], Activation.Identity),
            ],
            result.Network.Layers);
    }

    [Fact]
    public void A_constant_does_not_pass_a_border_of_zeros_unless_it_is_zero_itself()
    {
        var padded = Window.Square(3, padding: 1);
        float[] taps = [1, 2, 3, 4, 5, 6, 7, 8, 9], none = new float[9];
        LoweredNetwork kept = Apply(
            First, Build.Convolution("next", Three, padded, [[.. taps, .. taps, .. none]], [7], Activation.Identity));
        Assert.Equal(2, Filters(kept, 0));

        // ReLU of -5 is 0.
        ConvolutionLayer dark = Build.Convolution("first", s_input, s_point, [[0], [2], [3]], [-5, 1, 1], Activation.Relu);
        LoweredNetwork folded = Apply(
            dark, Build.Convolution("next", Three, padded, [[.. taps, .. taps, .. none]], [7], Activation.Identity));
        Assert.Equal(1, Filters(folded, 0));
        Assert.Equal(7, ((WeightedLayer)folded.Network.Layers[1]).Biases[0]);
    }

    [Fact]
    public void A_constant_does_not_pass_a_mean_that_counts_padding()
    {
        var pooling = new PoolingLayer(
            "pool", Three, PoolingKind.Average, Window.Square(2, 2, 1), false, CountPadding: true, Activation.Identity);
        LoweredNetwork result = Apply(
            First, pooling,
            Build.Convolution("next", Three with { Height = 3, Width = 3 }, s_point, [[10, 20, 0]], [7], Activation.Identity));
        Assert.Equal((2, 2), (Filters(result, 0), result.Network.Layers[1].OutputShape.Channels));
    }

    [Fact]
    public void A_concatenation_keeps_the_channels_that_are_read_of_each_input()
    {
        Layer other = Build.Convolution("other", s_input, s_point, [[4], [6]], [0, 0], Activation.Relu).Reading("input");
        LoweredNetwork result = Apply(
            First, other,
            new ConcatenationLayer(
                "both", new EquatableArray<Shape>([Three, s_input with { Channels = 2 }]), Activation.Identity).Reading("first", "other"),
            Build.Convolution("next", s_input with { Channels = 5 }, s_point, [[0, 20, 0, 0, 30]], [7], Activation.Identity));
        Assert.Equal((1, 1), (Filters(result, 0), Filters(result, 1)));
        Assert.Equal(
            Build.Convolution("next", s_input with { Channels = 2 }, s_point, [[20, 30]], [7], Activation.Identity),
            result.Network.Layers[3]);
        Assert.Equal(6, ((WeightedLayer)result.Network.Layers[1]).Weights.Value(0));
    }

    [Fact]
    public void The_inputs_of_an_addition_keep_what_any_of_them_must()
    {
        // Channel 0 of the sum is unread and goes from both; channel 2 is unread too, but the third layer reads it from the first.
        Layer second = Build.Convolution(
            "second", Three, s_point, [[1, 1, 1], [1, 0, 1], [0, 1, 1]], [0, 0, 0], Activation.Relu).Reading("first");
        ConvolutionLayer first = Build.Convolution("first", s_input, s_point, [[1], [2], [3]], [0, 0, 0], Activation.Relu);
        Layer sum = new AdditionLayer("sum", Three, 2, Activation.Identity).Reading("first", "second");
        Layer reader = Build.Convolution("reader", Three, s_point, [[0, 1, 0]], [0], Activation.Relu).Reading("sum");
        LoweredNetwork all = Apply(first, second, sum, reader);
        Assert.Equal((3, 3), (Filters(all, 0), Filters(all, 1)));

        Layer blind = Build.Convolution(
            "second", Three, s_point, [[0, 0, 1], [0, 0, 1], [0, 1, 1]], [0, 0, 0], Activation.Relu).Reading("first");
        LoweredNetwork some = Apply(first, blind, sum, reader);
        Assert.Equal((2, 2), (Filters(some, 0), Filters(some, 1)));
        Assert.Null(some.Network.FindFault());
    }

    [Fact]
    public void A_dense_layer_without_weights_cuts_off_all_branches_before_it()
    {
        LoweredNetwork result = Apply(
            First, new AdditionLayer("sum", Three, 2, Activation.Identity).Reading("first", "first"),
            Build.Layer("d", [new float[48]], [3], Activation.Relu), Build.Layer("out", [[2]], [1], Activation.Identity));
        Assert.Equal([Build.Layer("out", [new float[16]], [7], Activation.Identity)], result.Network.Layers);
    }

    [Fact]
    public void A_convolution_that_reads_nothing_leaves_one_channel_of_what_is_before_it()
    {
        Layer blind = Build.Convolution(
            "blind", Three, Window.Square(3, padding: 1), [new float[27], new float[27]], [4, 5], Activation.Identity);
        LoweredNetwork result = Apply(First, blind);
        Assert.Equal((1, 2), (Filters(result, 0), Filters(result, 1)));
        Assert.Null(result.Network.FindFault());
    }

    private static LoweredNetwork Apply(params Layer[] layers) => DropDeadUnits.Apply(Build.LoweredGraph(s_input, layers));

    private static int Filters(LoweredNetwork lowered, int layer) => lowered.Network.Layers[layer].OutputShape.Channels;
}
