using System.Diagnostics;

namespace Espalier.Cli.Tests;

/// <summary>What is left when somebody presses Ctrl-C.</summary>
public sealed class InterruptTests
{
    private const string Signal = "/bin/kill";

    [Theory]
    [InlineData(true, "the run is kept as it stands in @; go on with the same command and --resume")]
    [InlineData(false, "nothing of the run is kept; with --checkpoint FILE it would be, for --resume")]
    public async Task Interrupted_training_says_how_it_goes_on(bool hasCheckpoint, string word)
    {
        if (!File.Exists(Signal)) return;
        using var run = new CommandRun();
        string checkpoint = run.PathOf("run.checkpoint");
        string[] command =
        [
            Path.Combine(AppContext.BaseDirectory, "Espalier.Cli.dll"), "train", "--data", "monks-1", "--layers", "3", "--batch", "1",
            "--epochs", "1000000",
            "--out", run.PathOf("net.espalier"), .. hasCheckpoint ? ["--checkpoint", checkpoint] : Array.Empty<string>(),
        ];
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", command) { RedirectStandardError = true };

        // The first line on its progress says that it trains.
        using Process process = Process.Start(start)!;
        Assert.StartsWith("training: ", await process.StandardError.ReadLineAsync(), StringComparison.Ordinal);
        using Process kill = Process.Start(Signal, ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        string[] said = (await process.StandardError.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();

        Assert.Equal(ExitCode.Interrupted, process.ExitCode);
        Assert.Equal(
            [word.Replace("@", checkpoint, StringComparison.Ordinal), "espalier: interrupted; no file was left half written."], said[^2..]);
        Assert.Equal(hasCheckpoint ? [checkpoint] : [], Directory.GetFiles(run.PathOf("."), "*.*").Select(Path.GetFullPath));
    }
}
