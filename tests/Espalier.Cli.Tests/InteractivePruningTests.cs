using System.Text.Json;

namespace Espalier.Cli.Tests;

public sealed class InteractivePruningTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_script_prunes_undoes_retrains_and_stops()
    {
        await TrainAsync();
        _run.Input = "next\nretrain 2\nstep 0.5\nnext\nundo\ncriterion obd\nNEXT\n\nsave " + _run.PathOf("mid.espalier") + "\nstop\nnext\n";

        (int code, string output, string error) = await RunAsync();

        Assert.Equal((ExitCode.Success, ""), (code, error));
        Assert.Contains("round 1: 325 of 406 weights (80.0 %)", output, StringComparison.Ordinal);
        Assert.Contains("2 epochs of retraining", output, StringComparison.Ordinal);
        Assert.Contains("each step now keeps 50 % of the weights that are left", output, StringComparison.Ordinal);
        Assert.Contains("round 2: 162 of 406", output, StringComparison.Ordinal);
        Assert.Contains("round 2 taken back", output, StringComparison.Ordinal);
        Assert.Contains("obd removed 163: loss", output, StringComparison.Ordinal);
        Assert.Contains("(predicted ", output, StringComparison.Ordinal);
        Assert.Contains("406 weights pruned to 162 (39.9 %) in 2 rounds, 1 more taken back", output, StringComparison.Ordinal);
        foreach (string file in (string[])["mid.espalier", "m.pruned.espalier"])
        {
            JsonElement inspected = await _run.JsonAsync("inspect", "@" + file);
            Assert.Equal(162, inspected.GetProperty("nonZeros").GetInt32());
            Assert.Contains($"{inspected.GetProperty("compiledBytes").GetInt64():#,0} bytes compiled", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("wither", "'wither' is no command; 'help' lists them.")]
    [InlineData("undo", "There is no round to undo.")]
    [InlineData("undo 2", "'undo' takes nothing behind it.")]
    [InlineData("retrain", "There is no round yet to retrain after; remove some weights first.")]
    [InlineData("retrain x", "'x' is no number of epochs; write such as retrain 3.")]
    [InlineData("retrain 0", "'0' is no number of epochs; write such as retrain 3.")]
    [InlineData("retrain 99999999999", "'99999999999' is no number of epochs; write such as retrain 3.")]
    [InlineData("step", "'' is no step; write a number between 0 and 1, such as step 0.9.")]
    [InlineData("step 1", "'1' is no step; write a number between 0 and 1, such as step 0.9.")]
    [InlineData("step NaN", "'NaN' is no step; write a number between 0 and 1, such as step 0.9.")]
    [InlineData("criterion x", "x: no criterion has this name.")]
    [InlineData("save /no/such/folder/x", "/no/such/folder/x: cannot be written;")]
    public async Task A_command_that_cannot_be_is_one_line_and_the_run_goes_on(string command, string expected)
    {
        await TrainAsync();
        _run.Input = "stop\n";
        string[] quiet = (await RunAsync()).Output.Split('\n');
        _run.Input = command + "\nstop\n";
        (int code, string output, string error) = await RunAsync();
        Assert.Equal((ExitCode.Success, ""), (code, error));
        string line = Assert.Single(output.Split('\n'), line => !quiet.Contains(line));
        Assert.StartsWith(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_input_stops_and_saves_and_the_run_goes_on_from_any_round()
    {
        await TrainAsync();
        _run.Input = "next\nretrain 1\nnext\nretrain 1\nnext";
        await RunAsync("--session", "@s");
        string whole = await File.ReadAllTextAsync(_run.PathOf("m.pruned.espalier"));
        foreach ((string round, string rest) in ((string, string)[])
            [("0", "next\nretrain 1\nnext\nretrain 1\nnext"), ("1", "next\nretrain 1\nnext"), ("2", "next"), ("3", "")])
        {
            File.Delete(_run.PathOf("m.pruned.espalier"));
            _run.Input = rest;
            (int code, string output, _) = await _run.RunAsync("prune", "--resume", "@s", "--from-round", round);
            Assert.Equal(ExitCode.Success, code);
            Assert.Contains(round == "0" ? "Each step keeps 80 %" : $"{round} rounds were done before", output, StringComparison.Ordinal);
            Assert.Equal(whole, await File.ReadAllTextAsync(_run.PathOf("m.pruned.espalier")));
        }
    }

    [Fact]
    public async Task A_resumed_run_begins_with_the_step_and_the_criterion_last_set()
    {
        await TrainAsync();
        _run.Input = "next\nstep 0.5\ncriterion lamp\n";
        await RunAsync("--session", "@s", "--step", "0.9");
        _run.Input = "next\n";

        (int code, string output, _) = await _run.RunAsync("prune", "--resume", "@s");

        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("round 1: 365 of 406", output, StringComparison.Ordinal);
        Assert.Contains("each step keeps 50 %", output, StringComparison.Ordinal);
        Assert.Contains("lamp removed 183: loss", output, StringComparison.Ordinal);

        // What is given now replaces both; another method needs no step.
        _run.Input = "next\n";
        (_, output, _) = await _run.RunAsync("prune", "--resume", "@s", "--from-round", "1", "--step", "0.2", "--criterion", "random");
        Assert.Contains("random removed 292: loss", output, StringComparison.Ordinal);
        (code, _, _) = await _run.RunAsync("prune", "--resume", "@s", "--method", "once", "--weights", "50");
        Assert.Equal(ExitCode.Success, code);
    }

    [Fact]
    public async Task A_run_with_a_pattern_that_is_taken_up_again_keeps_its_groups_whatever_the_criterion()
    {
        await TrainAsync();
        _run.Input = "criterion exact-obs\ncriterion obd\nnext\nnext\n";
        (_, string output, _) = await RunAsync("--session", "@s", "--pattern", "8x1");
        Assert.Contains("The criterion exact-obs moves the weights that stay", output, StringComparison.Ordinal);
        Assert.Contains("obd removed ", output, StringComparison.Ordinal);
        string whole = await File.ReadAllTextAsync(_run.PathOf("m.pruned.espalier"));
        _run.Input = "next\n";

        (int code, _, _) = await _run.RunAsync("prune", "--resume", "@s", "--from-round", "1");

        Assert.Equal(ExitCode.Success, code);
        Assert.Equal(whole, await File.ReadAllTextAsync(_run.PathOf("m.pruned.espalier")));
    }

    [Fact]
    public async Task With_json_standard_output_is_one_object()
    {
        await TrainAsync();
        _run.Input = "next\nundo\nnext\nstop\n";

        JsonElement result = await _run.JsonAsync("prune", "@m.espalier", "--data", "monks-2", "-i", "--scope", "layer");

        JsonElement log = result.GetProperty("log");
        Assert.Equal(("Interactive", "PerLayer", 325),
            (log.GetProperty("schedule").GetString(), log.GetProperty("scope").GetString(), log.GetProperty("weightsAfter").GetInt32()));
        Assert.Equal([true, false],
            log.GetProperty("rounds").EnumerateArray().Select(round => round.GetProperty("isTakenBack").GetBoolean()));
    }

    [Fact]
    public async Task Pruning_to_the_last_weight_ends_in_a_line()
    {
        await TrainAsync();
        _run.Input = "step 0.01\nnext\nnext\nnext\nnext\n";
        (int code, string output, _) = await RunAsync();
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("One weight is left; there is nothing more to prune.", output, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] more) =>
        _run.RunAsync(["prune", "@m.espalier", "--data", "monks-2", "--interactive", .. more]);

    private async Task TrainAsync() => await _run.JsonAsync(
        "train", "--data", "monks-2", "--layers", "20,3", "--epochs", "60", "--batch", "16", "--learning-rate", "0.01", "--out",
        "@m.espalier");
}
