using System.Runtime.InteropServices;

namespace Espalier.Inference.Baselines;

/// <summary>Names the processor, without which no time means anything.</summary>
public static class Processor
{
    /// <summary>What the system calls its processor; its architecture when it does not say.</summary>
    public static string Name { get; } = Find() ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string? Find()
    {
        if (OperatingSystem.IsWindows()) return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        const string CpuInfo = "/proc/cpuinfo";
        if (!File.Exists(CpuInfo)) return null;
        string? line = File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
