using System.Text.Json;
using Espalier.Compilation.Model;
using Espalier.Interchange;

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

        JsonElement log = (await _run.JsonAsync(
            "prune", "@m.espalier", "--data", "monks-2", "--max-rise", "5", "--epochs", "40", "--batch", "16",
            "--validation", "0.3", "--out", "@small.espalier")).GetProperty("log");

        Assert.True(log.GetProperty("weightsAfter").GetInt32() < 203);
        double before = log.GetProperty("before").GetProperty("errorPercent").GetDouble(),
            after = log.GetProperty("after").GetProperty("errorPercent").GetDouble();
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
    [InlineData("--keep 0.5 --budget-bytes 1000")]
    [InlineData("--budget-bytes 0")]
    [InlineData("--budget-bytes 5 --method once")]
    [InlineData("--keep 0.5 --criterion nonsense")]
    [InlineData("--keep 0.5 --allocation nonsense")]
    [InlineData("--keep 0.5 --allocation 50,0,20")]
    [InlineData("--keep 0.5 --allocation 0.067,0.2,0.65")]
    [InlineData("--keep 0.5 --allocation 50,20 --method once")]
    [InlineData("--keep 0.5 --allocation scan --method gradual")]
    [InlineData("--keep 0.5 --allocation scan --scope layer")]
    [InlineData("--weights 2 --allocation scan --method once")]
    [InlineData("--keep 0.5 --interactive")]
    [InlineData("--interactive --method once")]
    [InlineData("--interactive --rounds 3")]
    [InlineData("--interactive --curve linear")]
    [InlineData("--interactive --step 1")]
    [InlineData("--keep 0.5 --step 0.5")]
    [InlineData("--keep 0.5 --method rounds --step 0.5")]
    [InlineData("--keep 0.5 --from-round 1")]
    [InlineData("--resume nosuchfolder")]
    [InlineData("--resume nosuchfolder --session other")]
    [InlineData("--keep 0.5 --pattern nonsense")]
    [InlineData("--keep 0.5 --pattern of24")]
    [InlineData("--pattern 9of8")]
    [InlineData("--pattern 2of8 --keep 0.5")]
    [InlineData("--pattern 2of8 --max-rise 1")]
    [InlineData("--pattern 2of8 --allocation 50,50,50 --method once")]
    [InlineData("--pattern 2of8 --interactive")]
    [InlineData("--pattern 8x1")]
    [InlineData("--pattern 32x1 --keep 0.5")]
    [InlineData("--pattern 8x1 --keep 0.5 --criterion l-obs")]
    [InlineData("--pattern 8x1 --interactive --criterion exact-obs")]
    [InlineData("--pattern 1x4 --keep 0.5 --criterion exact-obs --pattern-order live")]
    [InlineData("--pattern 2:4")]
    [InlineData("--pattern 5of4")]
    [InlineData("--keep 0.5 --pattern-order live")]
    [InlineData("--keep 0.5 --plot /no/such/folder/x.svg")]
    [InlineData("--keep 0.5 --out x.espalier --plot x.espalier")]
    public async Task Impossible_wishes_are_one_line_and_leave_no_file(string wishes)
    {
        await TrainAsync();

        (int code, string output, string error) = await _run.RunAsync(
            ["prune", "@m.espalier", "--data", "monks-2", .. wishes.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
        Assert.False(File.Exists(_run.PathOf("m.pruned.espalier")));
    }

    [Theory]
    [InlineData("rounds", "scan")]
    [InlineData("once", "spdy")]
    [InlineData("gradual", null)]
    public async Task A_budget_of_bytes_is_kept(string method, string? allocation)
    {
        await TrainAsync();
        string[] shares = allocation is null ? [] : ["--allocation", allocation];

        JsonElement pruned = await _run.JsonAsync(
            ["prune", "@m.espalier", "--data", "monks-2", "--budget-bytes", "2500", "--method", method,
            "--epochs", "4", "--batch", "16", .. shares]);

        long bytes = (await _run.JsonAsync("inspect", "@m.pruned.espalier")).GetProperty("compiledBytes").GetInt64();
        Assert.Equal(bytes, pruned.GetProperty("compiledBytes").GetInt64());
        Assert.InRange(bytes, 1, 2500);
        Assert.Equal("compiled bytes 2500", pruned.GetProperty("log").GetProperty("target").GetString());
    }

    [Fact]
    public async Task Per_cent_of_each_layer_need_no_other_target()
    {
        await TrainAsync();

        JsonElement log = (await _run.JsonAsync(
            "prune", "@m.espalier", "--data", "monks-2", "--allocation", "10,50,100", "--method", "once"))
            .GetProperty("log");

        Assert.Equal([34, 30, 6],
            log.GetProperty("rounds")[0].GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("after").GetInt32()));
    }

    [Theory]
    [InlineData("magnitude", "rounds")]
    [InlineData("obd", "gradual")]
    public async Task A_plot_and_a_log_name_the_criterion(string criterion, string method)
    {
        await TrainAsync();

        await _run.JsonAsync("prune", "@m.espalier", "--data", "monks-2", "--keep", "0.3", "--method", method, "--epochs", "2",
            "--batch", "16",
            "--criterion", criterion, "--plot", "@plot.svg", "--log", "@log.json", "--seed", "7");

        Assert.Contains($"Pruning by {criterion}", await File.ReadAllTextAsync(_run.PathOf("plot.svg")), StringComparison.Ordinal);
        JsonElement log = JsonDocument.Parse(await File.ReadAllTextAsync(_run.PathOf("log.json"))).RootElement;
        Assert.Equal((criterion, "fraction 0.3", 7),
            (log.GetProperty("criterion").GetString(), log.GetProperty("target").GetString(), log.GetProperty("seed").GetInt32()));
        Assert.All(log.GetProperty("rounds").EnumerateArray(), round =>
            Assert.Equal(criterion, round.GetProperty("criterion").GetString()));
    }

    [Fact]
    public async Task A_resumed_run_comes_to_the_same_model_with_its_own_command_line_and_new_options_replace_old_ones()
    {
        await TrainAsync();
        string[] run = ["prune", "@m.espalier", "--data", "monks-2", "--weights", "60", "--method", "rounds", "--rounds", "3",
            "--epochs", "2",
            "--batch", "16", "--out", "@a.espalier"];
        await _run.JsonAsync([.. run, "--session", "@s"]);
        string whole = await File.ReadAllTextAsync(_run.PathOf("a.espalier"));
        foreach (string round in (string[])["0", "1", "2", "3"])
        {
            File.Delete(_run.PathOf("a.espalier"));
            await _run.JsonAsync("prune", "--resume", "@s", "--from-round", round);
            Assert.Equal(whole, await File.ReadAllTextAsync(_run.PathOf("a.espalier")));
        }

        JsonElement other = await _run.JsonAsync(
            "prune", "--resume", "@s", "--from-round", "1", "--keep", "0.25", "--rounds", "2", "--out", "@b.espalier");
        Assert.Equal((_run.PathOf("b.espalier"), 102),
            (other.GetProperty("model").GetString(), other.GetProperty("log").GetProperty("weightsAfter").GetInt32()));
        Assert.Equal(2, other.GetProperty("log").GetProperty("rounds").GetArrayLength());
        (int code, _, string error) = await _run.RunAsync([.. run, "--session", "@s"]);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("there is a session already", error, StringComparison.Ordinal);
        (code, _, error) = await _run.RunAsync("prune", "--resume", "@s", "--data", "monks-1");
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("give the same ones", error, StringComparison.Ordinal);
        (code, _, error) = await _run.RunAsync("prune", "--resume", "@s", "--from-round", "9");
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("it can go on after 0, 1, 2.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kept_gradual_run_goes_on_to_the_same_model_by_its_own_recipe_only()
    {
        await TrainAsync();
        string[] run = ["prune", "@m.espalier", "--data", "monks-2", "--weights", "60", "--epochs", "6", "--batch", "16", "--out",
            "@a.espalier"];
        await _run.JsonAsync(run);
        string whole = await File.ReadAllTextAsync(_run.PathOf("a.espalier"));

        await _run.JsonAsync([.. run, "--session", "@s"]);
        Assert.True(File.Exists(_run.PathOf("s/gradual.checkpoint")));
        foreach (string[] again in (string[][])[[], ["--from-round", "0"]])
        {
            File.Delete(_run.PathOf("a.espalier"));
            JsonElement resumed = await _run.JsonAsync(["prune", "--resume", "@s", .. again]);
            Assert.Equal(whole, await File.ReadAllTextAsync(_run.PathOf("a.espalier")));
            Assert.Equal(60, resumed.GetProperty("log").GetProperty("weightsAfter").GetInt32());
        }

        foreach ((string other, string fault) in ((string, string)[])
            [("--weights 50", "its target was weights 60, not weights 50"), ("--criterion obd", "its criterion was magnitude, not obd"),
                ("--learning-rate 0.01", "the training is another"), ("--method rounds", "--method gradual, not rounds"),
                ("--from-round 1", "it can go on after 0.")])
        {
            (int code, _, string error) = await _run.RunAsync(["prune", "--resume", "@s", .. other.Split(' ')]);
            Assert.Equal(ExitCode.BadInput, code);
            Assert.Contains(fault, error, StringComparison.Ordinal);
        }

        Assert.Equal(60, (await _run.JsonAsync("prune", "--resume", "@s")).GetProperty("log").GetProperty("weightsAfter").GetInt32());
        (int refused, _, string message) = await _run.RunAsync(
            "train", "--data", "monks-2", "--resume", "--checkpoint", "@s/gradual.checkpoint", "--out", "@t.espalier");
        Assert.Equal(ExitCode.BadInput, refused);
        Assert.Contains("belongs to a pruning run", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8x1", "gradual", "magnitude")]
    [InlineData("16x1", "once", "obd")]
    [InlineData("of8", "rounds", "magnitude")]
    public async Task A_pattern_is_kept_in_the_model_whose_units_stand_together(string pattern, string method, string criterion)
    {
        await TrainAsync();

        JsonElement pruned = await _run.JsonAsync("prune", "@m.espalier", "--data", "monks-2", "--keep", "0.4", "--pattern", pattern,
            "--method", method, "--criterion", criterion, "--epochs", "4", "--batch", "16", "--log", "@log.json");

        JsonElement log = JsonDocument.Parse(await File.ReadAllTextAsync(_run.PathOf("log.json"))).RootElement;
        Assert.Equal($"{pattern} registers", log.GetProperty("pattern").GetString());
        Assert.InRange(log.GetProperty("weightsAfter").GetInt32(), 162 - 15, 162);
        Assert.Equal(log.GetProperty("after").GetProperty("errors").GetInt32(), log.GetProperty("rounds").EnumerateArray().Last()
            .GetProperty(method == "once" ? "afterPruning" : "afterRetraining").GetProperty("errors").GetInt32());
        Assert.True((await _run.JsonAsync("verify", "@m.pruned.espalier", "--data", "monks-2")).GetProperty("passed").GetBoolean());
        var first = (DenseLayer)ModelFile.Load(pruned.GetProperty("model").GetString()!).Layers[0];
        int units = pattern == "8x1" ? 8 : 16, inputs = pattern == "of8" ? 8 : 1;
        for (int start = 0; start < 20; start += units)
        {
            // 17 inputs in registers of 8 are three slices.
            IEnumerable<int> together = Enumerable.Range(start, Math.Min(units, 20 - start));
            Assert.Single(together.Select(unit => string.Join(' ', Counts(first, unit, inputs))).Distinct());
        }
    }

    [Theory]
    [InlineData("2of4", "")]
    [InlineData("1x4", "--keep 0.5")]
    public async Task A_criterion_that_moves_the_survivors_keeps_to_the_pattern_of_a_unit(string pattern, string target)
    {
        await TrainAsync();

        await _run.JsonAsync(["prune", "@m.espalier", "--data", "monks-2", "--criterion", "exact-obs", "--method", "once",
            "--pattern", pattern, .. target.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        // Four whole slices of 4 inputs in each unit, and one of the last input by itself.
        var first = (DenseLayer)ModelFile.Load(_run.PathOf("m.pruned.espalier")).Layers[0];
        int[][] counts = [.. Enumerable.Range(0, 20).Select(unit => Counts(first, unit, slice: 4).ToArray())];
        if (pattern == "2of4") Assert.All(counts, unit => Assert.Equal([2, 2, 2, 2, 1], unit));
        else Assert.Equal([0, 4], counts.SelectMany(unit => unit[..4]).Distinct().Order());
    }

    [Theory]
    [InlineData("2of8", "")]
    [InlineData("8x1", "--keep 0.4")]
    public async Task A_kept_gradual_run_keeps_its_pattern(string pattern, string target)
    {
        await TrainAsync();
        string[] run = ["prune", "@m.espalier", "--data", "monks-2", "--pattern", pattern, "--pattern-order", "live", "--epochs", "4",
            "--batch", "16", "--out", "@a.espalier", .. target.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        await _run.JsonAsync(run);
        string whole = await File.ReadAllTextAsync(_run.PathOf("a.espalier"));

        await _run.JsonAsync([.. run, "--session", "@s"]);
        foreach (string[] again in (string[][])[[], ["--from-round", "0"]])
        {
            File.Delete(_run.PathOf("a.espalier"));
            await _run.JsonAsync(["prune", "--resume", "@s", .. again]);
            Assert.Equal(whole, await File.ReadAllTextAsync(_run.PathOf("a.espalier")));
        }

        (int code, _, string error) = await _run.RunAsync("prune", "--resume", "@s", "--pattern-order", "registers");
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains($"its pattern was {pattern} live, not {pattern} registers", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pattern_that_says_how_many_stay_needs_no_target_and_a_session_keeps_it()
    {
        await TrainAsync();
        string[] run = ["prune", "@m.espalier", "--data", "monks-2", "--pattern", "2of8", "--pattern-order", "live",
            "--method", "rounds", "--rounds", "3", "--epochs", "2", "--batch", "16", "--out", "@a.espalier", "--session", "@s"];

        JsonElement log = (await _run.JsonAsync(run)).GetProperty("log");

        // 17 inputs: two of each of three slices but one of the last, which has one; later layers are too small and stay.
        Assert.Equal([100, 60, 6],
            log.GetProperty("rounds")[2].GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("after").GetInt32()));
        Assert.Equal("what the pattern leaves", log.GetProperty("target").GetString());
        string whole = await File.ReadAllTextAsync(_run.PathOf("a.espalier"));
        await _run.JsonAsync("prune", "--resume", "@s", "--from-round", "1");
        Assert.Equal(whole, await File.ReadAllTextAsync(_run.PathOf("a.espalier")));
    }

    private static IEnumerable<int> Counts(DenseLayer layer, int unit, int slice)
    {
        int start = layer.Weights.RowStart(unit), count = layer.Weights.RowStart(unit + 1) - start;
        ILookup<int, int> found = Enumerable.Range(start, count).Select(layer.Weights.ColumnIndex).ToLookup(input => input / slice);
        return Enumerable.Range(0, (17 + slice - 1) / slice).Select(one => found[one].Count());
    }

    private async Task TrainAsync() =>
        await _run.JsonAsync("train", "--data", "monks-2", "--layers", "20,3", "--epochs", "60", "--batch", "16", "--learning-rate",
            "0.01", "--out", "@m.espalier");
}
