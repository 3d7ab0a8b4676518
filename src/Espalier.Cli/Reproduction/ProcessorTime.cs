using System.Diagnostics;

namespace Espalier.Cli.Reproduction;

/// <summary>Measures work by the processor time of the whole process, on which other programs have little influence.</summary>
internal static class ProcessorTime
{
    /// <summary>The result of <paramref name="work"/>, with the seconds that it took on all cores together.</summary>
    public static (T Result, double Seconds) Of<T>(Func<T> work)
    {
        TimeSpan before = Now();
        T result = work();
        return (result, (Now() - before).TotalSeconds);
    }

    private static TimeSpan Now()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
