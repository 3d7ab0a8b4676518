using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Tests.Lowering;

public sealed class InputWindowsTests
{
    [Theory]
    [InlineData(VectorWidth.Vector512, 784)]
    [InlineData(VectorWidth.Vector512, 64)]
    [InlineData(VectorWidth.Vector256, 45)]
    public void Every_input_is_picked_out_of_a_window_that_lies_within_the_input(VectorWidth width, int length)
    {
        // Registers of inputs that are shuffled within their neighbourhood, with holes.
        var random = new Random(5);
        int lanes = width.Lanes(), window = InputWindows.Span * lanes;
        int[] order = [.. Enumerable.Range(0, length / lanes).SelectMany(register =>
        {
            int first = Math.Min(register * lanes, length - window);
            return Enumerable.Range(first, window).OrderBy(_ => random.Next()).Take(lanes)
                .Select(input => random.Next(8) == 0 ? -1 : input);
        })];

        InputWindows windows = InputWindows.Of(order, length, width)!;

        Assert.All(windows.Starts, start => Assert.InRange(start, 0, length - window));
        for (int i = 0; i < order.Length; i++)
        {
            Assert.InRange(windows.Picks[i], 0, window - 1);
            if (order[i] >= 0) Assert.Equal(order[i], windows.Starts[i / lanes] + windows.Picks[i]);
        }
    }

    [Fact]
    public void An_order_that_reaches_farther_has_no_windows()
    {
        int[] near = [.. Enumerable.Range(0, 16)], far = [0, .. Enumerable.Range(50, 15)];
        Assert.NotNull(InputWindows.Of(near, 100, VectorWidth.Vector512));
        Assert.Null(InputWindows.Of([.. far[..15], 64], 100, VectorWidth.Vector512));
        Assert.Null(InputWindows.Of(near, 63, VectorWidth.Vector512));
        Assert.Null(InputWindows.Of(near, 100, VectorWidth.Vector128));
    }
}
