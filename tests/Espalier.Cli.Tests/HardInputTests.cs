using System.Text.Json;

namespace Espalier.Cli.Tests;

/// <summary>Wrong, absurd and empty arguments: each is refused in one line before any work is done.</summary>
public sealed class HardInputTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("--layers 100000000", "a layer of 100000000 units is too large")]
    [InlineData("--layers 2147483647,2147483647", "a layer of 2147483647 units is too large")]
    [InlineData("--layers 60000,60000", "give fewer units")]
    [InlineData("--layers 500000 --batch 0", "takes too much memory; give at most")]
    [InlineData("--threads 1000000", "give a number from 0, for all processors, to 256")]
    [InlineData("--threads -1", "give a number from 0")]
    [InlineData("--samples -1", "--samples -1: give a number from 0 to 4096")]
    [InlineData("--samples 2000000000", "give a number from 0 to 4096")]
    [InlineData("--patience -1", "--patience -1: give 0 or more")]
    [InlineData("--seed -1", "--seed -1: give a whole number of 0 or more")]
    [InlineData("--epochs 99999999999", "--epochs 99999999999: give a whole number")]
    [InlineData("--momentum x", "--momentum x: give a number")]
    [InlineData("--learning-rate NaN", "must be positive")]
    [InlineData("--weight-decay NaN", "must be 0 or more")]
    [InlineData("--optimizer x", "--optimizer: Argument 'x' not recognized. Must be one of: 'sgd' 'momentum' 'nesterov' 'adam'")]
    [InlineData("--label x", "are for csv:FILE only")]
    [InlineData("--regression", "are for csv:FILE only")]
    [InlineData("--out /no/such/folder/m.espalier", "make the folder first")]
    [InlineData("--checkpoint /no/such/folder/c", "make the folder first")]
    public async Task Train_refuses_what_cannot_be(string options, string expected)
    {
        // Enough samples for a step of all of them to be too large, and epochs for a run that is not refused never to end.
        string rows = string.Concat(Enumerable.Range(0, 2000).Select(i => FormattableString.Invariant($"{i},{i % 2}\n")));
        await File.WriteAllTextAsync(_run.PathOf("table.csv"), rows);
        string[] words = options.Split(' ');
        string set = words[0] is "--label" or "--regression" ? "digits" : $"csv:{_run.PathOf("table.csv")}";
        string[] endless = words[0] == "--epochs" ? [] : ["--epochs", "2000000000"];

        await RequireRefusalAsync(expected, ["train", "--data", set, .. endless, .. words]);
    }

    [Theory]
    [InlineData("--batch 2000000000", "too many samples a call")]
    [InlineData("--batch 100000000", "too many samples a call")]
    [InlineData("--seconds NaN", "--seconds must be")]
    [InlineData("--batch 5000 --data digits", "has only 2000 test samples")]
    public async Task Bench_refuses_what_cannot_be(string options, string expected)
    {
        await TrainOnDigitsAsync();
        await RequireRefusalAsync(expected, ["bench", "@m.espalier", .. options.Split(' ')]);
    }

    [Theory]
    [InlineData("--out")]
    [InlineData("--log")]
    [InlineData("--picture")]
    public async Task Prune_finds_a_wrong_path_before_it_works(string option)
    {
        await TrainOnDigitsAsync();
        string[] line = ["prune", "@m.espalier", "--data", "digits", "--keep", "0.5", "--epochs", "1000000", option, "/no/such/folder/x"];

        await RequireRefusalAsync("make the folder first", line);
        Assert.Equal([_run.PathOf("m.espalier")], Directory.GetFiles(_run.PathOf(".")).Select(Path.GetFullPath));
    }

    [Theory]
    [InlineData("train --data digits --out", "--out")]
    [InlineData("train --data digits --checkpoint", "--checkpoint")]
    [InlineData("train --data", "--data")]
    [InlineData("demo --out", "--out")]
    [InlineData("compile m.espalier --out", "--out")]
    [InlineData("inspect", "MODEL")]
    public async Task An_empty_argument_is_refused(string line, string name) =>
        await RequireRefusalAsync($"{name} is empty; give it a value", [.. line.Split(' '), ""]);

    [Theory]
    [InlineData("--log")]
    [InlineData("--picture")]
    public async Task Prune_does_not_write_over_the_model_it_was_given(string option)
    {
        await TrainOnDigitsAsync();
        await RequireRefusalAsync("is named twice", "prune", "@m.espalier", "--data", "digits", "--keep", "0.5", option, "@m.espalier");
    }

    [Fact]
    public async Task Rounds_are_refused_where_no_rounds_are_run()
    {
        await TrainOnDigitsAsync();
        await RequireRefusalAsync("is for --method rounds", "prune", "@m.espalier", "--data", "digits", "--keep", "0.5", "--rounds", "3");
    }

    [Fact]
    public async Task A_folder_in_place_of_a_table_is_named_so() =>
        await RequireRefusalAsync("is a folder; name a file", "data", "show", "--data", $"csv:{Path.GetTempPath()}");

    [Fact]
    public async Task Data_alone_shows_its_verbs()
    {
        (int code, string output, string error) = await _run.RunAsync("data");

        Assert.Equal((ExitCode.Success, ""), (code, error));
        Assert.Contains("espalier data [command]", output, StringComparison.Ordinal);
        Assert.Contains("show", output, StringComparison.Ordinal);
    }

    private async Task TrainOnDigitsAsync()
    {
        string[] line = ["train", "--data", "digits", "--layers", "none", "--epochs", "1", "--out", "@m.espalier"];
        JsonElement trained = await _run.JsonAsync(line);
        Assert.Equal(7840, trained.GetProperty("weights").GetInt32());
    }

    private async Task RequireRefusalAsync(string expected, params string[] line)
    {
        (int code, string output, string error) = await _run.RunAsync(line);

        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.StartsWith("espalier: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
    }
}
