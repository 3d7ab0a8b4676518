using System.Text.Json;
using Espalier.Cli.Sweeping;

namespace Espalier.Cli.Tests;

public sealed class SweepVerbTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Every_combination_that_makes_sense_is_measured_and_the_best_are_marked()
    {
        await TrainAsync();

        JsonElement result = await _run.JsonAsync(
            Sweep("--criteria", "magnitude,exact-obs", "--patterns", "weights,of8,2of8,8x1", "--keep", "0.5,0.25"));

        // Magnitude: three patterns at two fractions and one that says how many; ExactOBS follows single weights and slices.
        JsonElement[] points = [.. result.GetProperty("points").EnumerateArray()];
        Assert.Equal(["as given", "magnitude weights 50 %", "magnitude weights 25 %", "magnitude of8 50 %", "magnitude of8 25 %",
            "magnitude 2of8", "magnitude 8x1 50 %", "magnitude 8x1 25 %", "exact-obs weights 50 %", "exact-obs weights 25 %",
            "exact-obs 2of8"],
            points.Select(point => point.GetProperty("name").GetString()));
        Assert.All(points, point => Assert.All(
            (string[])["nsPerSample", "nsInBatch"], time => Assert.True(point.GetProperty(time).GetDouble() > 0)));
        Assert.Equal(406, points[0].GetProperty("weights").GetInt32());
        Assert.InRange(points[4].GetProperty("weights").GetInt32(), 102 - 15, 102);
        JsonElement fastest = points.MinBy(point => point.GetProperty("nsPerSample").GetDouble());
        Assert.True(fastest.GetProperty("isBest").GetBoolean());
        string folder = _run.PathOf(Path.Combine("out", "quick"));
        foreach (string chart in (string[])["one-sample.svg", "batch.svg"])
        {
            Assert.StartsWith("<svg", await File.ReadAllTextAsync(Path.Combine(folder, chart)), StringComparison.Ordinal);
        }

        Assert.Contains("| magnitude 8x1 25 % |", await File.ReadAllTextAsync(Path.Combine(folder, "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_stopped_takes_its_networks_from_the_folder_unless_a_setting_changed()
    {
        await TrainAsync();
        string[] sweep = Sweep("--patterns", "weights,8x1", "--keep", "0.5");
        await _run.JsonAsync(sweep);
        string parts = _run.PathOf(Path.Combine("out", "quick", "parts"));
        DateTime[] written = Times();
        Assert.Equal(2, written.Length);
        File.Delete(Directory.GetFiles(parts, "magnitude-8x1-*")[0]);

        await _run.JsonAsync(sweep);
        Assert.Single(Times().Intersect(written));
        await _run.JsonAsync([.. sweep, "--learning-rate", "0.01"]);
        Assert.Equal(4, Times().Length);
        await _run.JsonAsync([.. sweep, "--fresh"]);
        Assert.Equal(2, Times().Length);
        Assert.Empty(Times().Intersect(written));

        DateTime[] Times() => Array.ConvertAll(Directory.GetFiles(parts), File.GetLastWriteTimeUtc);
    }

    [Theory]
    [InlineData("--criteria nonsense")]
    [InlineData("--patterns of9")]
    [InlineData("--patterns weights,")]
    [InlineData("--keep 0")]
    [InlineData("--keep 0.5,x")]
    [InlineData("--keep 50")]
    [InlineData("--criteria l-obs --patterns 8x1")]
    [InlineData("--patterns 32x1")]
    [InlineData("--timed-batch 1")]
    [InlineData("--timed-batch 1000000")]
    [InlineData("--validation 0")]
    public async Task Impossible_wishes_are_one_line(string wishes)
    {
        await TrainAsync();

        (int code, string output, string error) = await _run.RunAsync(Sweep(wishes.Split(' ')));

        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
        Assert.False(File.Exists(_run.PathOf(Path.Combine("out", "quick", "README.md"))));
    }

    [Fact]
    public void The_best_err_less_than_all_that_are_faster()
    {
        SweepPoint[] points =
        [
            Point("slow and good", 1.0, 90), Point("slower, no better", 1.0, 95), Point("fast", 2.0, 10), Point("as fast, worse", 2.5, 10),
            Point("slower than fast and worse", 2.2, 20), Point("between", 1.5, 50),
        ];
        Assert.Equal(["fast", "between", "slow and good"],
            SweepPoint.Frontier(points, point => point.NsPerSample).Select(point => point.Name));
        Assert.Equal(3, SweepPoint.Mark(points).Count(point => point.IsBest));
        Assert.Equal(["slow and good"], SweepPoint.Mark(points).Where(point => point.IsBestInBatch).Select(point => point.Name));
    }

    // The test error and the time in a batch are there to be left unread.
    private static SweepPoint Point(string name, double error, double ns) => new(name, "", "", 1, error, 10 - error, ns, 5);

    private static string[] Sweep(params string[] words) =>
        ["sweep", "@m.espalier", "--data", "monks-2", "--quick", "--batch", "16", "--timed-batch", "32", "--out", "@out", .. words];

    private async Task TrainAsync() =>
        await _run.JsonAsync("train", "--data", "monks-2", "--layers", "20,3", "--epochs", "20", "--batch", "16",
            "--learning-rate", "0.01", "--out", "@m.espalier");
}
