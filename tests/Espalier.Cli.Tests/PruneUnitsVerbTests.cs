using System.Text.Json;
using Espalier.Compilation.Model;
using Espalier.Interchange;
using Espalier.Training;

namespace Espalier.Cli.Tests;

public sealed class PruneUnitsVerbTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("--keep 0.5", 12, 23)]
    [InlineData("--units 7 --criterion random", 7, 23)]
    [InlineData("--units 7 --ranking once --twins hold-back --criterion onorm", 7, 23)]
    [InlineData("--units 7 --per-round 5 --twins merge --criterion first-order", 7, 23)]
    [InlineData("--units 9 --minimum 3 --means --criterion second-order", 9, 23)]
    [InlineData("--units 9 --criterion brute-force-mean --retrain 2 --per-round 7 --batch 16", 9, 23)]
    [InlineData("--keep 0.5 --inputs", 20, 40)]
    [InlineData("--rounds 3 --per-round 2 --criterion onorm", 17, 23)]
    [InlineData("--units 7 --choice outlying --criterion random", 7, 23)]
    public async Task A_model_is_pruned_to_just_the_count_asked_for(string wishes, int units, int before)
    {
        await TrainAsync();

        JsonElement pruned = await _run.JsonAsync(Line($"{wishes} --log @log.json --plot @plot.svg --picture @p.svg"));

        Assert.Equal(_run.PathOf("m.pruned.espalier"), pruned.GetProperty("model").GetString());
        Assert.Equal(units, Units(pruned, withInputs: wishes.Contains("--inputs", StringComparison.Ordinal)));
        JsonElement log = JsonDocument.Parse(await File.ReadAllTextAsync(_run.PathOf("log.json"))).RootElement;
        Assert.Equal((before, units), (log.GetProperty("unitsBefore").GetInt32(), log.GetProperty("unitsAfter").GetInt32()));
        Assert.Equal(log.GetRawText(), pruned.GetProperty("log").GetRawText().Replace("\n  ", "\n", StringComparison.Ordinal));
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(_run.PathOf("plot.svg")), StringComparison.Ordinal);
        JsonElement inspected = await _run.JsonAsync("inspect", "@m.pruned.espalier");
        Assert.Equal(pruned.GetProperty("weightsAfter").GetInt32(), inspected.GetProperty("nonZeros").GetInt32());
        Assert.Equal(pruned.GetProperty("compiledBytes").GetInt64(), inspected.GetProperty("compiledBytes").GetInt64());
        Assert.True((await _run.JsonAsync("verify", "@m.pruned.espalier", "--data", "monks-2")).GetProperty("passed").GetBoolean());
    }

    [Fact]
    public async Task Layers_shrink_unless_they_are_to_keep_their_shape_and_the_function_is_the_same()
    {
        await TrainAsync();
        JsonElement small = await _run.JsonAsync(Line("--units 10 --out @small.espalier"));
        JsonElement wide = await _run.JsonAsync(Line("--units 10 --keep-shape --out @wide.espalier"));

        int[] units = [.. small.GetProperty("units").EnumerateArray().Select(layer => layer.GetProperty("after").GetInt32())];
        Assert.Equal([17, 10 - units[2], units[2]], units);
        Assert.Equal(small.GetProperty("units").GetRawText(), wide.GetProperty("units").GetRawText());
        int shrunk = 17 * units[1] + units[1] * units[2] + units[2] * 2;
        Assert.Equal(shrunk, small.GetProperty("weightsAfter").GetInt32());
        Assert.Equal((shrunk, 406), (await WeightsAsync("small"), await WeightsAsync("wide")));
        Assert.Equal(shrunk, wide.GetProperty("weightsAfter").GetInt32());
        foreach (string part in (string[])["after", "testAfter"])
        {
            Assert.Equal(wide.GetProperty(part).GetProperty("errors").GetInt32(), small.GetProperty(part).GetProperty("errors").GetInt32());
            Assert.Equal(wide.GetProperty(part).GetProperty("loss").GetDouble(),
                small.GetProperty(part).GetProperty("loss").GetDouble(), 1e-5);
        }

        async Task<int> WeightsAsync(string name) =>
            (await _run.JsonAsync("inspect", $"@{name}.espalier")).GetProperty("weights").GetInt32();
    }

    [Theory]
    [InlineData("--max-rise 4", 4)]
    [InlineData("--max-rise 4 --inputs", 4)]
    [InlineData("--max-rise 6 --fold --tolerance 0.5", 6)]
    [InlineData("--max-rise 0 --retrain 3 --per-round 4 --batch 16", 0)]
    public async Task A_largest_rise_of_the_error_holds_on_the_validation_part_against_the_given_model(string wishes, double points)
    {
        await TrainAsync();

        JsonElement pruned = await _run.JsonAsync(Line($"{wishes} --validation 0.3"));

        double before = Error("before"), after = Error("after");
        Assert.True(after <= before + points + 1e-9, $"{before} % to {after} %");
        Assert.True(Units(pruned, withInputs: false) < 23);
        JsonElement rounds = pruned.GetProperty("log").GetProperty("rounds");
        Assert.True(rounds[rounds.GetArrayLength() - 1].GetProperty("isTakenBack").GetBoolean() || Units(pruned, withInputs: false) == 2);

        double Error(string part) => pruned.GetProperty(part).GetProperty("errorPercent").GetDouble();
    }

    [Fact]
    public async Task A_loss_factor_bounds_regression()
    {
        string[] rows = [.. Enumerable.Range(0, 80)
            .Select(i => FormattableString.Invariant($"{i % 9},{i % 7},{i % 9 * 0.2 - i % 7 * 0.1}"))];
        await File.WriteAllLinesAsync(_run.PathOf("r.csv"), ["a,b,y", .. rows]);
        string[] data = ["--data", $"csv:{_run.PathOf("r.csv")}", "--regression"];
        await _run.JsonAsync(["train", .. data, "--layers", "12", "--epochs", "40", "--out", "@m.espalier"]);

        JsonElement pruned = await _run.JsonAsync(
            ["prune-units", "@m.espalier", .. data, "--max-loss-factor", "2", "--validation", "0.2", "--plot", "@plot.svg"]);

        double before = pruned.GetProperty("before").GetProperty("loss").GetDouble(),
            after = pruned.GetProperty("after").GetProperty("loss").GetDouble();
        Assert.True(after <= 2 * before, $"{before} to {after}");
        Assert.True(Units(pruned, withInputs: false) < 12);
        Assert.Contains("loss (", await File.ReadAllTextAsync(_run.PathOf("plot.svg")), StringComparison.Ordinal);
        (int code, _, string error) = await _run.RunAsync(["prune-units", "@m.espalier", .. data, "--max-rise", "1"]);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("needs classes", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("--fold", "Constant 4, Duplicate 1, Mirrored 3")]
    [InlineData("--fold --tolerance 0.01", "Constant 4, Duplicate 1, Duplicate 5, Mirrored 3")]
    public async Task Folding_takes_units_that_say_nothing_of_their_own_before_any_round(string fold, string? expected)
    {
        SaveNetworkWithNeedlessUnits();

        JsonElement pruned = await _run.JsonAsync(Line($"--keep 0.16667 {fold}"));

        string[]? folded = !pruned.TryGetProperty("folded", out JsonElement list) ? null :
            [.. list.EnumerateArray()
                .Select(one => $"{one.GetProperty("kind").GetString()} {one.GetProperty("unit").GetProperty("unit").GetInt32()}")];
        Assert.Equal(expected, folded is null ? null : string.Join(", ", folded.Order()));
        JsonElement log = pruned.GetProperty("log");
        Assert.Equal((6 - (folded?.Length ?? 0), 1), (log.GetProperty("unitsBefore").GetInt32(), log.GetProperty("unitsAfter").GetInt32()));
    }

    [Fact]
    public async Task Folding_alone_changes_no_answer()
    {
        SaveNetworkWithNeedlessUnits();

        JsonElement pruned = await _run.JsonAsync(Line("--units 3 --fold"));

        Assert.Equal((0, 3), (pruned.GetProperty("log").GetProperty("rounds").GetArrayLength(), Units(pruned, withInputs: false)));
        Assert.Equal(Loss("before"), Loss("after"), 1e-5);
        Assert.Equal(Loss("testBefore"), Loss("testAfter"), 1e-5);
        (int code, _, string error) = await _run.RunAsync(Line("--units 4 --fold"));
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("only 3 of 6 are left", error, StringComparison.Ordinal);

        double Loss(string part) => pruned.GetProperty(part).GetProperty("loss").GetDouble();
    }

    [Fact]
    public async Task Figures_are_printed_for_people()
    {
        await TrainAsync();

        (int code, string output, string error) = await _run.RunAsync(Line("--keep 0.5 --fold"));

        Assert.Equal((ExitCode.Success, ""), (code, error));
        Assert.Matches(
            """
            ^\d+ units? folded away
            \d+ units pruned to 12 by brute-force in \d+ rounds
              fc1: \d+ of 20 units
              fc2: \d+ of 3 units
            406 weights before, \d+ after \(\d+\.\d %\); [\d,]+ bytes compiled
            .+: error \d+\.\d\d % before, error \d+\.\d\d % after
            test: error \d+\.\d\d % before, error \d+\.\d\d % after
            written to .+m\.pruned\.espalier
            $
            """.ReplaceLineEndings("\n"), output);
    }

    [Theory]
    [InlineData("", "Say how far")]
    [InlineData("--keep 0.5 --units 10", "Say how far")]
    [InlineData("--keep 0", "above 0 and up to 1")]
    [InlineData("--units 0", "at least 1")]
    [InlineData("--units 24", "only 23 of 23 are left")]
    [InlineData("--units 5 --minimum 4", "lower the minimum")]
    [InlineData("--units 5 --minimum 0", "--minimum is 0")]
    [InlineData("--units 5 --per-round 0", "--per-round is 0")]
    [InlineData("--max-rise -1", "makes no sense")]
    [InlineData("--max-rise 1 --validation 0", "need a validation part")]
    [InlineData("--max-loss-factor 0.5", "give 1 or more")]
    [InlineData("--max-rise 0 --fold --tolerance 100", "lower --tolerance")]
    [InlineData("--max-loss-factor 1.01 --fold --tolerance 100", "from loss 0.")]
    [InlineData("--rounds 0", "at least 1")]
    [InlineData("--units 5 --rounds 2", "Say how far")]
    [InlineData("--units 5 --choice outlying --per-round 2", "leave all at once")]
    [InlineData("--units 5 --criterion magnitude", "There are: brute-force")]
    [InlineData("--units 5 --criterion apoz", "")]
    [InlineData("--units 5 --ranking never", "never")]
    [InlineData("--units 5 --twins never", "never")]
    [InlineData("--units 5 --tolerance 0.1", "is for --fold")]
    [InlineData("--units 5 --fold --tolerance -1", "0 or more")]
    [InlineData("--units 5 --retrain 0", "at least 1 epoch")]
    [InlineData("--units 5 --batch 16", "give --retrain too")]
    [InlineData("--units 5 --data digits", "")]
    [InlineData("--units 5 --plot /no/such/folder/x.svg", "make the folder first")]
    [InlineData("--units 5 --log @m.espalier", "is named twice")]
    public async Task Impossible_wishes_are_one_line_and_leave_no_file(string wishes, string expected)
    {
        await TrainAsync();

        (int code, string output, string error) = await _run.RunAsync(Line(wishes));

        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
        Assert.Equal([_run.PathOf("m.espalier")], Directory.GetFiles(_run.PathOf(".")).Select(Path.GetFullPath));
    }

    [Fact]
    public async Task Filters_leave_a_convolutional_network()
    {
        TrainableNetwork network = new NetworkBuilder(new Shape(1, 28, 28), seed: 2)
            .Convolution(5, Window.Square(5, stride: 2), Activation.Relu).MaxPooling(Window.Square(3, stride: 3))
            .Convolution(6, Window.Square(3), Activation.Relu).Dense(7, Activation.Relu).Dense(10, Activation.Softmax).Build("Small");
        ModelFile.Save(_run.PathOf("m.espalier"), network.ToNetwork());

        (int code, string output, _) =
            await _run.RunAsync(Line("--data digits --units 8 --per-round 3 --criterion taylor --per-weight --minimum 2"));

        Assert.Equal(ExitCode.Success, code);
        Assert.Matches(
            """
            ^18 filters and units pruned to 8 by taylor in 4 rounds
              conv1: [2-5] of 5 filters
              conv2: [2-6] of 6 filters
              fc1: [2-7] of 7 units
            633 weights before, \d+ after
            """.ReplaceLineEndings("\n"), output);
        var small = TrainableNetwork.FromNetwork(ModelFile.Load(_run.PathOf("m.pruned.espalier")));
        Assert.Equal(8, small.Layers.Where(layer => layer is TrainableWeightedLayer).SkipLast(1).Sum(layer => layer.OutputShape.Channels));
    }

    [Fact]
    public async Task Help_lists_the_criteria()
    {
        (_, string output, _) = await _run.RunAsync("prune-units", "--help");
        Assert.All((string[])["brute-force", "second-order", "apoz", "n2ps"], name =>
            Assert.Contains($"\n    {name} ", output, StringComparison.Ordinal));
    }

    private static int Units(JsonElement pruned, bool withInputs) =>
        pruned.GetProperty("units").EnumerateArray().Skip(withInputs ? 0 : 1).Sum(layer => layer.GetProperty("after").GetInt32());

    private static string[] Line(string wishes) =>
    [
        "prune-units", "@m.espalier", .. wishes.Contains("--data", StringComparison.Ordinal) ? [] : (string[])["--data", "monks-2"],
        .. wishes.Split(' ', StringSplitOptions.RemoveEmptyEntries),
    ];

    // Hidden units 0 and 1 are the same, 3 mirrors 2, 4 is constant, and 5 is nearly the same as 0.
    private void SaveNetworkWithNeedlessUnits()
    {
        var random = new SeededRandom(5);
        var hidden = new TrainableDense("fc1", 17, 6, Activation.Tanh);
        var output = new TrainableDense("fc2", 6, 2, Activation.Softmax);
        foreach (TrainableDense layer in (TrainableDense[])[hidden, output])
        {
            for (int i = 0; i < layer.Weights.Values.Length; i++) layer.Weights.Values[i] = random.NextSingle() - 0.5f;
        }

        Span<float> weights = hidden.Weights.Values;
        for (int i = 0; i < 17; i++)
        {
            (weights[17 + i], weights[51 + i], weights[68 + i], weights[85 + i]) = (weights[i], -weights[34 + i], 0, weights[i] + 1e-5f);
        }

        hidden.Biases.Values[4] = 0.5f;
        ModelFile.Save(_run.PathOf("m.espalier"), new TrainableNetwork("Needless", Shape.Flat(17), [hidden, output]).ToNetwork());
    }

    // 17 inputs, 23 hidden units that are never quite 0, 2 outputs: 406 weights.
    private async Task TrainAsync() =>
        await _run.JsonAsync("train", "--data", "monks-2", "--layers", "20,3", "--activation", "tanh", "--epochs", "40", "--batch", "16",
            "--learning-rate", "0.01", "--out", "@m.espalier");
}
