using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Espalier.Bench;

/// <summary>
/// PyTorch's time for an epoch, measured by running torch_epochs.py where a Python with PyTorch is found (<c>ESPALIER_PYTHON</c>,
/// else python3).
/// </summary>
internal static class TorchBaseline
{
    /// <summary>The version and the median seconds of an epoch after the first, or why there are none.</summary>
    public static (string? Version, double Seconds, string? Missing) Measure(int threads, int epochs, int samples, int batch)
    {
        string python = Environment.GetEnvironmentVariable("ESPALIER_PYTHON") ?? "python3";
        string script = Path.Combine(AppContext.BaseDirectory, "torch_epochs.py");
        var start = new ProcessStartInfo(python, [script, Text(threads), Text(epochs), Text(samples), Text(batch)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string[] lines = Lines(process.StandardOutput.ReadToEnd());
            process.WaitForExit();
            if (process.ExitCode != 0) return (null, 0, $"{python} has no PyTorch: {Lines(errors.Result).LastOrDefault()}");
            double[] seconds = [.. lines.Skip(2).Select(line => double.Parse(line, CultureInfo.InvariantCulture)).Order()];
            return (lines[0], seconds[seconds.Length / 2], null);
        }
        catch (Win32Exception error)
        {
            return (null, 0, $"{python} cannot be run: {error.Message}");
        }
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
