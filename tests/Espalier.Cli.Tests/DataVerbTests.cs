using System.Text.Json;

namespace Espalier.Cli.Tests;

public sealed class DataVerbTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task The_list_names_the_built_in_sets_as_available_without_any_folder()
    {
        JsonElement list = await _run.JsonAsync("data", "list", "--data-dir", "");
        Dictionary<string, bool> here = list.GetProperty("sets").EnumerateArray()
            .ToDictionary(set => set.GetProperty("name").GetString()!, set => set.GetProperty("isAvailable").GetBoolean());

        foreach (string name in (string[])["monks-1", "monks-2", "monks-3", "digits"]) Assert.True(here[name], name);
        foreach (string name in (string[])["mnist", "fashion-mnist", "iris", "breast-cancer", "diabetes", "ionosphere", "waveform"])
        {
            Assert.False(here[name], name);
        }

        (int code, string output, _) = await _run.RunAsync("data", "list", "--data-dir", "");
        Assert.Equal(ExitCode.Success, code);
        Assert.All(here.Keys, name => Assert.Contains($"\n{name} ", output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Digits_are_shown_as_text_and_drawn_as_png_and_svg()
    {
        (_, string output, _) = await _run.RunAsync("data", "show", "--data", "digits", "--per-class", "2");
        Assert.Contains("10,000", output, StringComparison.Ordinal);
        Assert.Contains("@@", output, StringComparison.Ordinal);

        await _run.RunAsync("data", "show", "--data", "digits", "--out", "@sheet.png");
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await File.ReadAllBytesAsync(_run.PathOf("sheet.png")))[..4]);
        await _run.RunAsync("data", "show", "--data", "digits", "--out", "@sheet.svg");
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(_run.PathOf("sheet.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_is_summed_up_column_by_column()
    {
        await File.WriteAllLinesAsync(_run.PathOf("t.csv"),
            Enumerable.Range(0, 40).Select(i => $"{i},{i % 3},{(i % 2 == 0 ? "even" : "odd")}").Prepend("n,third,parity"));

        JsonElement summary = await _run.JsonAsync("data", "show", "--data", $"csv:{_run.PathOf("t.csv")}");

        Assert.Equal(["even", "odd"], summary.GetProperty("classes").EnumerateArray().Select(c => c.GetProperty("name").GetString()!));
        Assert.Equal(["n", "third"], summary.GetProperty("features").EnumerateArray().Select(f => f.GetProperty("name").GetString()!));

        // Whoever runs the network must know what it reads.
        string[] train = ["train", "--data", $"csv:{_run.PathOf("t.csv")}", "--layers", "2", "--epochs", "1", "--out", "@t.espalier"];
        JsonElement scaling = (await _run.JsonAsync(train)).GetProperty("scaling");
        Assert.Equal(Means(summary), scaling.GetProperty("offsets").EnumerateArray().Select(offset => Math.Round(offset.GetDouble(), 3)));
        Assert.Contains(
            "the network reads each column as (value - mean) / std;", (await _run.RunAsync(train)).Output, StringComparison.Ordinal);

        static IEnumerable<double> Means(JsonElement summary) =>
            summary.GetProperty("features").EnumerateArray().Select(feature => Math.Round(feature.GetProperty("mean").GetDouble(), 3));
    }

    [Theory]
    [InlineData("data show --data digits --out sheet.gif")]
    [InlineData("data show --data digits --per-class 0")]
    [InlineData("data show --data digits --per-class 2000000000")]
    [InlineData("data show --data mnits")]
    public async Task Bad_input_is_one_line_and_exit_code_2(string line)
    {
        (int code, string output, string error) = await _run.RunAsync(line.Split(' '));
        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
    }
}
