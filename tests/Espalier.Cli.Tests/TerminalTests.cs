namespace Espalier.Cli.Tests;

public sealed class TerminalTests
{
    [Theory]
    [InlineData(160, "net\nlayer  kernel  est. ns\nfc1    table    12,345\nfc2    dense\n\n")]
    [InlineData(22, "net\nlayer  kernel  est. ns\nfc1    table    12,345\nfc2    dense\n\n")]
    [InlineData(21, "net\nfc1\n  kernel   table\n  est. ns  12,345\n\nfc2\n  kernel   dense\n\n")]
    public void A_table_wider_than_the_window_is_written_as_paragraphs(int width, string expected)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(output, TextWriter.Null, isOutputWatched: false, isErrorWatched: false);
        terminal.Output.Profile.Width = width;
        var table = new TerminalTable(["layer", "kernel", "est. ns"], words: 2, "net");
        table.Add("fc1", "table", "12,345");
        table.Add("fc2", "dense", "");

        table.Write(terminal);

        Assert.Equal(expected, output.ToString());
    }

    [Theory]
    [InlineData(80, "training  epoch 1/3, loss 0.5, error 2.00 %")]
    [InlineData(35, "training  epoch 1/3, loss 0.5")]
    [InlineData(20, "training  epoch 1/3")]
    [InlineData(0, "training  epoch 1/3")]
    public void A_state_is_shortened_part_by_part_to_the_width_of_the_window(int width, string expected) =>
        Assert.Equal(expected, Terminal.Shorten("training  epoch 1/3, loss 0.5, error 2.00 %", width));
}
