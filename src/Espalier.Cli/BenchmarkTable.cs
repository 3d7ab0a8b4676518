using System.Globalization;
using Espalier.Inference.Baselines;

namespace Espalier.Cli;

/// <summary>A <see cref="BenchmarkReport"/> as a table for people.</summary>
internal static class BenchmarkTable
{
    /// <summary>Writes one row a contender: time, ratio to the generated code, allocation, deviation.</summary>
    public static void Write(Terminal terminal, BenchmarkReport report)
    {
        double own = report.Results.First(result => result.Name == ContenderNames.Espalier).NsPerSample;
        var table = new TerminalTable(["contender", "ns/sample", "times espalier", "bytes/call", "deviation"], words: 1);
        foreach (BenchmarkResult result in report.Results.Where(result => result.SkippedReason is null))
        {
            string times = (result.NsPerSample / own).ToString("0.00", CultureInfo.InvariantCulture);
            string bytes = result.AllocatedBytes.ToString(CultureInfo.InvariantCulture);
            string deviation = result.LargestDeviation.ToString("0.0e0", CultureInfo.InvariantCulture);
            table.Add(result.Name, Number(result.NsPerSample), times, bytes, deviation);
        }

        terminal.Print($"{report.Processor}, {report.Runtime}, one thread, batch {report.Batch}, median of {report.Rounds} rounds");
        table.Write(terminal);
        foreach (BenchmarkResult result in report.Results.Where(result => result.SkippedReason is not null))
        {
            terminal.Print($"{result.Name} left out: {result.SkippedReason}");
        }
    }

    private static string Number(double ns) => ns.ToString(ns < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);
}
