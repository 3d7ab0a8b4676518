using System.Text.Json;

namespace Espalier.Cli.Tests;

public sealed class OwnMethodTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("--method surgery --rates 0.5 --epochs 20", "dynamic-surgery", 200)]
    [InlineData("--method lottery --rounds 3 --removed 0.5 --epochs 4", "magnitude", 50)]
    [InlineData("--method lottery --rounds 1 --rewind 5 --epochs 4", "magnitude", 200)]
    [InlineData("--method l0 --lambda 0.5,0.4 --epochs 400 --learning-rate 0.02", "l0", 220)]
    [InlineData("--method variational-dropout --epochs 60", "variational-dropout", 150)]
    [InlineData("--method net-trim --samples 200", "net-trim", 220)]
    [InlineData("--method net-trim --samples 100 --form cascade --tolerance 0.2", "net-trim", 200)]
    [InlineData("--method one-by-one", "one-by-one", 40)]
    [InlineData("--method one-by-one --order obd --max-rise 5", "one-by-one", 120)]
    public async Task A_method_of_its_own_prunes_the_model_and_logs_what_it_did(string wishes, string criterion, int most)
    {
        await TrainAsync();

        JsonElement pruned = await RunAsync(wishes, "--log", "@log.json", "--plot", "@plot.svg");

        JsonElement log = pruned.GetProperty("log");
        Assert.Equal((criterion, 228), (log.GetProperty("criterion").GetString(), log.GetProperty("weightsBefore").GetInt32()));
        int weights = log.GetProperty("weightsAfter").GetInt32();
        Assert.InRange(weights, 1, most);
        JsonElement inspected = await _run.JsonAsync("inspect", "@m.pruned.espalier");
        Assert.Equal(weights, inspected.GetProperty("nonZeros").GetInt32());
        JsonElement last = log.GetProperty("rounds").EnumerateArray().Last();
        Assert.Equal(weights, last.GetProperty("weightsAfter").GetInt32());
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(_run.PathOf("plot.svg")), StringComparison.Ordinal);
        JsonElement file = JsonDocument.Parse(await File.ReadAllTextAsync(_run.PathOf("log.json"))).RootElement;
        bool hasDetails = pruned.TryGetProperty("details", out _);
        Assert.Equal(weights, (hasDetails ? file.GetProperty("log") : file).GetProperty("weightsAfter").GetInt32());
        Assert.Equal(hasDetails, file.TryGetProperty("details", out _));
        Assert.True((await _run.JsonAsync("verify", "@m.pruned.espalier", "--data", "monks-2")).GetProperty("passed").GetBoolean());
    }

    [Fact]
    public async Task Deleting_one_by_one_undoes_what_the_training_samples_do_not_bear()
    {
        await TrainAsync();

        JsonElement pruned = await RunAsync("--method one-by-one");

        JsonElement log = pruned.GetProperty("log");
        Assert.True(Errors("after") <= Errors("before"));
        Assert.Contains(pruned.GetProperty("details").GetProperty("deletions").EnumerateArray(), one =>
            one.GetProperty("isUndone").GetBoolean());

        int Errors(string when) => log.GetProperty(when).GetProperty("errors").GetInt32();
    }

    [Theory]
    [InlineData("--method l0 --keep 0.4", "--keep is not for --method l0")]
    [InlineData("--method net-trim --criterion obd", "--criterion is not for --method net-trim")]
    [InlineData("--method net-trim --pattern 2of8", "--pattern is not for --method net-trim")]
    [InlineData("--method l0 --pattern-order live", "--pattern-order is not for --method l0")]
    [InlineData("--method surgery --session s", "--session is not for --method surgery")]
    [InlineData("--method surgery --rounds 3", "--rounds is not for --method surgery")]
    [InlineData("--method lottery --interactive", "--interactive is not for --method lottery")]
    [InlineData("--method lottery --rounds 0", "Rounds must be at least 1")]
    [InlineData("--method lottery --removed 1", "RemovedFraction must be")]
    [InlineData("--method l0 --rates 4", "--rates is for --method surgery")]
    [InlineData("--keep 0.5 --rewind 4", "--rewind is for --method lottery")]
    [InlineData("--method surgery --rates 1,2,3", "give one, or one for each")]
    [InlineData("--method surgery --rates x", "'x' is no number")]
    [InlineData("--method surgery --rates 50", "give a lower rate")]
    [InlineData("--method surgery --epochs 1", "at least 2")]
    [InlineData("--method l0 --lambda -1", "Lambda")]
    [InlineData("--method variational-dropout --divergence -1", "DivergenceScale")]
    [InlineData("--method net-trim --tolerance 1", "Epsilon")]
    [InlineData("--method one-by-one --max-rise 101", "LargestErrorRise")]
    [InlineData("--method one-by-one --max-loss -1", "LargestLoss")]
    public async Task Impossible_wishes_are_one_line_and_leave_no_file(string wishes, string expected)
    {
        await TrainAsync();

        (int code, string output, string error) = await _run.RunAsync(["prune", "@m.espalier", "--data", "monks-2", .. wishes.Split(' ')]);

        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
        Assert.False(File.Exists(_run.PathOf("m.pruned.espalier")));
    }

    [Fact]
    public async Task A_network_that_is_too_large_for_deletions_one_by_one_is_refused_at_once()
    {
        await _run.JsonAsync("train", "--data", "digits", "--layers", "8", "--epochs", "1", "--out", "@d.espalier");
        (int code, _, string error) = await _run.RunAsync("prune", "@d.espalier", "--data", "digits", "--method", "one-by-one");
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("practicable up to 2500", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_the_methods()
    {
        (_, string output, _) = await _run.RunAsync("prune", "--help");
        Assert.All((string[])["surgery", "lottery", "l0", "variational-dropout", "net-trim", "one-by-one", "magnitude"],
            name => Assert.Contains($"\n    {name} ", output, StringComparison.Ordinal));
    }

    private Task<JsonElement> RunAsync(string wishes, params string[] more) =>
        _run.JsonAsync(["prune", "@m.espalier", "--data", "monks-2", "--batch", "16", .. wishes.Split(' '), .. more]);

    private async Task TrainAsync() => await _run.JsonAsync("train", "--data", "monks-2", "--layers", "12", "--activation", "relu",
        "--epochs", "60", "--batch", "16", "--learning-rate", "0.01", "--out", "@m.espalier");
}
