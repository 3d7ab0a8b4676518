using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Espalier.Bench;

/// <summary>
/// PyTorch's time for an epoch, measured by running torch_epochs.py where a Python with PyTorch is found: <c>ESPALIER_PYTHON</c>, else
/// python3.
/// </summary>
internal static class TorchBaseline
{
    /// <summary>
    /// The version and the median seconds of an epoch after the first, or why there are none. BLAS threads beside PyTorch's own can hinder
    /// each other, so one and as many as PyTorch has are both tried, and the faster counts.
    /// </summary>
    public static (string? Version, double Seconds, string? Missing) Measure(
        string model, int threads, int epochs, int samples, int batch)
    {
        var best = Measure(model, threads, blasThreads: 1, epochs, samples, batch);
        if (threads == 1 || best.Missing is not null) return best;
        var other = Measure(model, threads, threads, epochs, samples, batch);
        return other.Seconds < best.Seconds ? other : best;
    }

    private static (string? Version, double Seconds, string? Missing) Measure(
        string model, int threads, int blasThreads, int epochs, int samples, int batch)
    {
        string python = Environment.GetEnvironmentVariable("ESPALIER_PYTHON") ?? "python3";
        string script = Path.Combine(AppContext.BaseDirectory, "torch_epochs.py");
        string[] arguments = [script, model, Text(threads), Text(epochs), Text(samples), Text(batch)];
        var start = new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OPENBLAS_NUM_THREADS"] = Text(blasThreads);
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                return (null, 0, $"{python}: {errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()}");
            }

            double[] seconds = [.. lines.Skip(2).Select(line => double.Parse(line, CultureInfo.InvariantCulture)).Order()];
            return (lines[0], seconds[seconds.Length / 2], null);
        }
        catch (Win32Exception error)
        {
            return (null, 0, $"{python} cannot be run: {error.Message}");
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
