using System.Text.Json;

namespace Espalier.Cli.Tests;

/// <summary>The command line on a small convolutional network that has learned the built-in digits.</summary>
public sealed class PruneConvolutionTests : IDisposable
{
    private const string Layers = "conv:4x5x5/stride:3,pool:2,conv:6x3x3/pad:1/groups:2,12";
    private const int Weights = 100 + 108 + 1152 + 120;

    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("random")]
    [InlineData("magnitude")]
    [InlineData("sensitivity")]
    [InlineData("lamp")]
    [InlineData("lookahead")]
    [InlineData("activation-magnitude")]
    [InlineData("snip")]
    [InlineData("obd")]
    [InlineData("obd-gauss-newton")]
    [InlineData("obd-exact")]
    [InlineData("l-obs")]
    [InlineData("exact-obs-layers")]
    [InlineData("exact-obs")]
    [InlineData("obs")]
    public async Task Every_criterion_prunes_it_to_the_count_asked_for(string criterion)
    {
        await TrainAsync();
        string[] command = ["prune", "@m.espalier", "--data", "digits", "--criterion", criterion, "--weights", "400", "--method", "once"];
        if (criterion == "obs")
        {
            await RefusedAsync(command, "exact-obs");
            return;
        }

        JsonElement log = (await _run.JsonAsync(command)).GetProperty("log");
        Assert.Equal((Weights, 400), (log.GetProperty("weightsBefore").GetInt32(), log.GetProperty("weightsAfter").GetInt32()));
        await CheckAsync(400);
    }

    [Theory]
    [InlineData("--method gradual --keep 0.3 --epochs 4", 444)]
    [InlineData("--method rounds --rounds 2 --criterion exact-obs --keep 0.3 --epochs 2", 444)]
    [InlineData("--method surgery --rates 0.5 --epochs 4", Weights - 1)]
    [InlineData("--method lottery --rounds 2 --removed 0.5 --epochs 2", 407)]
    [InlineData("--method l0 --lambda 1,1,0.5,0.1 --epochs 20 --learning-rate 0.02", Weights)]
    [InlineData("--method variational-dropout --epochs 12", Weights)]
    [InlineData("--allocation 60,40,10,50 --method rounds --rounds 2 --epochs 2", 278)]
    [InlineData("--allocation scan --keep 0.3 --method rounds --rounds 1 --epochs 1", 444)]
    [InlineData("--allocation spdy --keep 0.3 --method rounds --rounds 1 --epochs 1", 444)]
    [InlineData("--pattern 1x4 --keep 0.4 --method rounds --rounds 1 --epochs 1", 592)]
    [InlineData("--budget-bytes 2000 --method rounds --rounds 1 --epochs 1", Weights - 1)]
    public async Task Every_method_prunes_it(string wishes, int most)
    {
        await TrainAsync();
        JsonElement log = (await _run.JsonAsync(["prune", "@m.espalier", "--data", "digits", .. wishes.Split(' ')])).GetProperty("log");
        int weights = log.GetProperty("weightsAfter").GetInt32();
        Assert.InRange(weights, 1, most);
        await CheckAsync(weights);
    }

    [Theory]
    [InlineData("--method net-trim", "Net-Trim works on dense layers")]
    [InlineData("--method one-by-one", "Use a layer-wise method")]
    [InlineData("--allocation 50,50 --method rounds", "4")]
    public async Task What_cannot_be_is_one_clear_line(string wishes, string expected)
    {
        await TrainAsync();
        await RefusedAsync(["prune", "@m.espalier", "--data", "digits", .. wishes.Split(' ')], expected);
    }

    [Theory]
    [InlineData("registers")]
    [InlineData("live")]
    public async Task Balanced_patterns_lie_over_the_columns_of_filters_too(string order)
    {
        await _run.JsonAsync("train", "--data", "digits", "--layers", "conv:16x5x5/stride:3,pool:2,conv:16x3x3,32,16", "--epochs", "1",
            "--out", "@m.espalier");
        JsonElement log = (await _run.JsonAsync("prune", "@m.espalier", "--data", "digits", "--pattern", "2of8", "--pattern-order", order,
            "--method", "rounds", "--rounds", "1", "--epochs", "1")).GetProperty("log");

        // Filters of 144 columns in slices of 8.
        JsonElement filters = log.GetProperty("rounds")[0].GetProperty("layers")[1];
        Assert.Equal("conv2.weights", filters.GetProperty("name").GetString());
        Assert.InRange(filters.GetProperty("after").GetInt32(), 1, 16 * 144 / 4);
    }

    [Fact]
    public async Task A_pruned_one_is_compressed_and_comes_back()
    {
        await TrainAsync();
        await _run.JsonAsync("prune", "@m.espalier", "--data", "digits", "--keep", "0.3", "--method", "once");
        await _run.JsonAsync("compress", "@m.pruned.espalier", "--out", "@small.espz");
        await _run.JsonAsync("decompress", "@small.espz", "--out", "@again.espalier");
        Assert.True((await _run.JsonAsync("verify", "@again.espalier", "--data", "digits")).GetProperty("passed").GetBoolean());
    }

    private async Task CheckAsync(int weights)
    {
        JsonElement inspected = await _run.JsonAsync("inspect", "@m.pruned.espalier");
        Assert.Equal((Weights, weights), (inspected.GetProperty("weights").GetInt32(), inspected.GetProperty("nonZeros").GetInt32()));
    }

    private async Task RefusedAsync(string[] command, string expected)
    {
        (int code, string output, string error) = await _run.RunAsync(command);
        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
        Assert.False(File.Exists(_run.PathOf("m.pruned.espalier")));
    }

    private async Task TrainAsync() =>
        await _run.JsonAsync("train", "--data", "digits", "--layers", Layers, "--epochs", "1", "--out", "@m.espalier");
}
