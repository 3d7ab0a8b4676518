namespace Espalier.Cli.Tests;

public sealed class TerminalTests
{
    [Theory]
    [InlineData(80, "training  epoch 1/3, loss 0.5, error 2.00 %")]
    [InlineData(35, "training  epoch 1/3, loss 0.5")]
    [InlineData(20, "training  epoch 1/3")]
    [InlineData(0, "training  epoch 1/3")]
    public void A_state_is_shortened_part_by_part_to_the_width_of_the_window(int width, string expected) =>
        Assert.Equal(expected, Terminal.Shorten("training  epoch 1/3, loss 0.5, error 2.00 %", width));
}
