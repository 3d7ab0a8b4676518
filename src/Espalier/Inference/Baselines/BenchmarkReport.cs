namespace Espalier.Inference.Baselines;

/// <summary>What one run of <see cref="BenchmarkSuite"/> measured, and where.</summary>
/// <param name="Processor">The processor's name.</param>
/// <param name="Runtime">The .NET runtime's name and version.</param>
/// <param name="Batch">The number of samples a call.</param>
/// <param name="Rounds">How often each contender was timed.</param>
/// <param name="Results">One entry for each contender, in the order given.</param>
public sealed record BenchmarkReport(string Processor, string Runtime, int Batch, int Rounds, IReadOnlyList<BenchmarkResult> Results);
