using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class DropFlattenTests
{
    private static readonly Shape s_image = new(1, 2, 2);

    private static readonly Layer s_convolution = Build.Convolution("c", s_image, new Window(1, 1), [[2]], [1], Activation.Relu);

    private static readonly Layer s_flatten = new FlattenLayer("f", s_image);

    [Fact]
    public void Dense_layers_read_images_themselves()
    {
        LoweredNetwork result = DropFlatten.Apply(Build.LoweredGraph(s_image, s_convolution, s_flatten, Build.SumLayer("d", 4)));
        Assert.Equal([s_convolution, Build.SumLayer("d", 4)], result.Network.Layers);
        Assert.Equal("layers that move no value: 1", Assert.Single(result.Notes).Text);
    }

    [Fact]
    public void The_last_one_goes_when_nobody_else_reads_its_source() =>
        Assert.Equal([s_convolution], DropFlatten.Apply(Build.LoweredGraph(s_image, s_convolution, s_flatten)).Network.Layers);

    [Fact]
    public void A_dense_layer_may_read_the_input_through_it() =>
        Assert.Equal(
            [Build.SumLayer("d", 4)], DropFlatten.Apply(Build.LoweredGraph(s_image, s_flatten, Build.SumLayer("d", 4))).Network.Layers);

    [Fact]
    public void It_stays_where_it_is_all_there_is() => AssertStays(s_flatten);

    [Fact]
    public void It_stays_where_its_shape_matters() => AssertStays(s_flatten, Joined(4, 4).Reading("f", "f"));

    [Fact]
    public void It_stays_behind_branches_that_its_shape_joins() => AssertStays(
        s_convolution, Build.SumLayer("d", 4), Joined(1, 1).Reading("d", "d"), s_flatten.Reading("c"),
        Joined(2, 4).Reading("joined", "f") with { Name = "all" });

    private static ConcatenationLayer Joined(int first, int second) =>
        new ConcatenationLayer("joined", new EquatableArray<Shape>([Shape.Flat(first), Shape.Flat(second)]), Activation.Identity);

    private static void AssertStays(params Layer[] layers)
    {
        LoweredNetwork given = Build.LoweredGraph(s_image, layers);
        Assert.Null(given.Network.FindFault());
        Assert.Same(given, DropFlatten.Apply(given));
    }
}
