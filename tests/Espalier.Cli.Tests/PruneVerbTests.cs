using System.Text.Json;

namespace Espalier.Cli.Tests;

public sealed class PruneVerbTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("--keep", "0.25", "gradual", 102)]
    [InlineData("--weights", "100", "gradual", 100)]
    [InlineData("--weights", "77", "rounds", 77)]
    [InlineData("--keep", "0.5", "once", 203)]
    public async Task A_model_is_pruned_to_just_the_count_asked_for(string target, string amount, string method, int weights)
    {
        await TrainAsync();

        JsonElement pruned = await _run.JsonAsync("prune", "@m.espalier", "--data", "monks-2", target, amount, "--method", method,
            "--epochs", "4", "--batch", "16", "--log", "@log.json", "--picture", "@p.svg");

        Assert.Equal(_run.PathOf("m.pruned.espalier"), pruned.GetProperty("model").GetString());
        JsonElement inspected = await _run.JsonAsync("inspect", "@m.pruned.espalier");
        Assert.Equal((406, weights), (inspected.GetProperty("weights").GetInt32(), inspected.GetProperty("nonZeros").GetInt32()));
        JsonElement log = JsonDocument.Parse(await File.ReadAllTextAsync(_run.PathOf("log.json"))).RootElement;
        Assert.Equal((406, weights), (log.GetProperty("weightsBefore").GetInt32(), log.GetProperty("weightsAfter").GetInt32()));
        Assert.Equal(pruned.GetProperty("log").GetProperty("rounds").GetArrayLength(), log.GetProperty("rounds").GetArrayLength());
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(_run.PathOf("p.svg")), StringComparison.Ordinal);
        Assert.True((await _run.JsonAsync("verify", "@m.pruned.espalier", "--data", "monks-2")).GetProperty("passed").GetBoolean());
    }

    [Fact]
    public async Task A_largest_rise_of_the_error_is_kept_on_the_validation_part()
    {
        await TrainAsync();

        JsonElement log = (await _run.JsonAsync("prune", "@m.espalier", "--data", "monks-2", "--max-rise", "5", "--epochs", "40", "--batch", "16",
            "--validation", "0.3", "--out", "@small.espalier")).GetProperty("log");

        Assert.True(log.GetProperty("weightsAfter").GetInt32() < 203);
        double before = log.GetProperty("before").GetProperty("errorPercent").GetDouble(), after = log.GetProperty("after").GetProperty("errorPercent").GetDouble();
        Assert.True(after <= before + 5, $"{before} % to {after} %");
        Assert.True(File.Exists(_run.PathOf("small.espalier")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("--keep 0.5 --weights 10")]
    [InlineData("--keep 0")]
    [InlineData("--keep 1.5")]
    [InlineData("--weights 0")]
    [InlineData("--weights 407")]
    [InlineData("--max-rise -1")]
    [InlineData("--max-rise 1 --validation 0")]
    [InlineData("--max-rise 1 --method gradual")]
    [InlineData("--keep 0.5 --method rounds --rounds 0")]
    [InlineData("--keep 0.5 --epochs 1")]
    public async Task Impossible_wishes_are_one_line_and_leave_no_file(string wishes)
    {
        await TrainAsync();

        (int code, string output, string error) = await _run.RunAsync(
            ["prune", "@m.espalier", "--data", "monks-2", .. wishes.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
        Assert.False(File.Exists(_run.PathOf("m.pruned.espalier")));
    }

    private async Task TrainAsync() =>
        await _run.JsonAsync("train", "--data", "monks-2", "--layers", "20,3", "--epochs", "60", "--batch", "16", "--learning-rate", "0.01", "--out", "@m.espalier");
}
