using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class NoteUnreadInputsTests
{
    [Fact]
    public void Pixels_that_no_tap_comes_over_are_counted_too()
    {
        // Every second column of every second row, in one of two channels.
        var image = new Shape(2, 4, 4);
        LoweredNetwork lowered = Build.LoweredGraph(
            image, Build.Convolution("c", image, new Window(1, 1) { StrideY = 2, StrideX = 2 }, [[0, 3]], [1], Activation.Relu));
        Assert.Equal("inputs that no unit reads: 28 of 32", Assert.Single(NoteUnreadInputs.Apply(lowered).Notes).Text);
    }

    [Fact]
    public void Columns_without_weights_are_counted_and_kept()
    {
        LoweredNetwork lowered = Build.Lowered(Build.Layer("a", [[0, 1, 0, 2], [0, 3, 0, 0]], [0, 0], Activation.Relu));
        LoweredNetwork result = NoteUnreadInputs.Apply(lowered);
        Assert.Equal(new PassNote("note unread inputs", "inputs that no unit reads: 2 of 4"), Assert.Single(result.Notes));
        Assert.Equal(lowered.Network, result.Network);
    }

    [Fact]
    public void Nothing_is_said_when_all_are_read()
    {
        LoweredNetwork lowered = Build.Lowered(Build.SumLayer("a", 3));
        Assert.Same(lowered, NoteUnreadInputs.Apply(lowered));
    }
}
