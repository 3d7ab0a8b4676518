using System.Text.Json;

namespace Espalier.Cli.Tests;

public sealed class ScanVerbTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Each_layer_is_pruned_alone_and_shown_in_a_table_a_plot_and_an_object()
    {
        await TrainAsync();
        string[] line = ["scan", "@m.espalier", "--data", "monks-2", "--kept", "50,10", "--out", "@scan.svg", "--csv", "@scan.csv"];

        (int code, string output, string error) = await _run.RunAsync(line);

        Assert.Equal((ExitCode.Success, ""), (code, error));
        Assert.Contains("kept   fc1.weights  fc2.weights", output, StringComparison.Ordinal);
        Assert.Contains("\n50 %", output, StringComparison.Ordinal);
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(_run.PathOf("scan.svg")), StringComparison.Ordinal);
        Assert.Equal(6, (await File.ReadAllLinesAsync(_run.PathOf("scan.csv"))).Length + 1);
        JsonElement scan = await _run.JsonAsync(line);
        Assert.Equal("magnitude", scan.GetProperty("criterion").GetString());
        Assert.Equal([85, 17], scan.GetProperty("layers")[0].GetProperty("points").EnumerateArray()
            .Select(point => point.GetProperty("weights").GetInt32()));
    }

    [Theory]
    [InlineData("--kept 50,x", "'x' is no per cent")]
    [InlineData("--kept 0.5,0.2", "all below 1")]
    [InlineData("--kept 101", "is no per cent")]
    [InlineData("--criterion x", "no criterion has this name")]
    [InlineData("--out /no/such/folder/x", "make the folder first")]
    public async Task Bad_options_are_one_line(string options, string expected)
    {
        await TrainAsync();
        (int code, string output, string error) = await _run.RunAsync(["scan", "@m.espalier", "--data", "monks-2", .. options.Split(' ')]);
        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
    }

    private async Task TrainAsync() =>
        await _run.JsonAsync("train", "--data", "monks-2", "--layers", "10", "--epochs", "5", "--batch", "16", "--out", "@m.espalier");
}
