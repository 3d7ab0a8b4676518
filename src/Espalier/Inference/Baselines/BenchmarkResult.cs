namespace Espalier.Inference.Baselines;

/// <summary>What was measured of one contender.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Batch">The number of samples a call.</param>
/// <param name="NsPerSample">The median over all rounds, in nanoseconds.</param>
/// <param name="MinNsPerSample">The fastest round, in nanoseconds.</param>
/// <param name="AllocatedBytes">The managed memory that one call allocates, in bytes.</param>
/// <param name="LargestDeviation">The greatest distance from the double-precision reference, as a part of the greatest reference
/// output.</param>
/// <param name="SkippedReason">Why it was not measured (all figures are then 0), or null.</param>
public sealed record BenchmarkResult(
    string Name,
    int Batch,
    double NsPerSample,
    double MinNsPerSample,
    long AllocatedBytes,
    double LargestDeviation,
    string? SkippedReason = null);
