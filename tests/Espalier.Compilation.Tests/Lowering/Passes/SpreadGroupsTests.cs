using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class SpreadGroupsTests
{
    private static readonly Shape s_input = new(2, 3, 3);

    [Fact]
    public void The_example_of_the_documentation()
    {
        LoweredNetwork result = SpreadGroups.Apply(Build.LoweredGraph(
            s_input, Build.Convolution("c", s_input, new Window(1, 1), [[3], [4]], [1, 2], Activation.Relu, groups: 2)));
        Assert.Equal(
            Build.Convolution("c", s_input, new Window(1, 1), [[3, 0], [0, 4]], [1, 2], Activation.Relu), result.Network.Layers[0]);
        Assert.Equal("convolutions in groups: c", Assert.Single(result.Notes).Text);
    }

    [Fact]
    public void Taps_stay_with_their_filters_and_in_their_order()
    {
        var window = new Window(1, 2);
        LoweredNetwork result = SpreadGroups.Apply(Build.LoweredGraph(
            s_input, Build.Convolution("c", s_input, window, [[1, 2], [0, 3], [4, 0], [5, 6]], [0, 0, 0, 0], Activation.Relu, groups: 2)));
        Assert.Equal(
            Build.Convolution(
                "c", s_input, window, [[1, 2, 0, 0], [0, 3, 0, 0], [0, 0, 4, 0], [0, 0, 5, 6]], [0, 0, 0, 0], Activation.Relu),
            result.Network.Layers[0]);
    }

    [Fact]
    public void One_group_is_left_alone()
    {
        LoweredNetwork given = Build.LoweredGraph(
            s_input, Build.Convolution("c", s_input, new Window(1, 1), [[1, 2]], [1], Activation.Relu));
        Assert.Same(given, SpreadGroups.Apply(given));
    }
}
