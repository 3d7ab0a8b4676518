using System.Text.Json;
using Espalier.Cli.Reproduction;

namespace Espalier.Cli.Tests;

public sealed class ReproduceVerbTests : IDisposable
{
    private readonly CommandRun _run = new();

    public static TheoryData<string> Names => [.. ExperimentList.All.Select(experiment => experiment.Name)];

    public void Dispose() => _run.Dispose();

    [DataTheory]
    [MemberData(nameof(Names))]
    public async Task Every_experiment_runs_on_a_small_scale_and_goes_on_where_it_stopped(string name)
    {
        string[] command = ["reproduce", name, "--quick", "--out", "@out", "--data-dir", DataTheoryAttribute.Folder!];

        JsonElement result = await _run.JsonAsync(command);

        Assert.Equal(name, result.GetProperty("name").GetString());
        Assert.NotEqual(0, result.GetProperty("rows").GetArrayLength());
        Assert.All(result.GetProperty("rows").EnumerateArray(), row =>
            Assert.False(row.TryGetProperty("holds", out JsonElement holds) && !holds.GetBoolean(), row.ToString()));
        string folder = _run.PathOf(Path.Combine("out", "quick"));
        Assert.Contains("<svg", await File.ReadAllTextAsync(Path.Combine(folder, "index.html")), StringComparison.Ordinal);
        string table = await File.ReadAllTextAsync(Path.Combine(folder, name, "README.md"));

        // All parts are there now: the second run takes them and comes to the same table.
        await _run.JsonAsync(command);
        Assert.Equal(table, await File.ReadAllTextAsync(Path.Combine(folder, name, "README.md")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("--all monks")]
    public async Task Unknown_names_are_refused_in_one_line(string words)
    {
        (int code, string output, string error) =
            await _run.RunAsync(["reproduce", .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Contains("lobs-weights", error, StringComparison.Ordinal);
    }
}
