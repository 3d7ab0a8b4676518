namespace Espalier.Inference.Baselines;

/// <summary>What <see cref="BenchmarkSuite"/> is to do.</summary>
public sealed record BenchmarkOptions
{
    /// <summary>
    /// The number of samples a call; 1 measures <see cref="IContender.Predict"/>, more measure
    /// <see cref="IContender.PredictBatch"/>.
    /// </summary>
    public int Batch { get; init; } = 1;

    /// <summary>The time for warming up and measuring all contenders together. Making them and checking them comes on top.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>
    /// How far an output may be from the double-precision reference, as a part of the greatest reference output of all samples.
    /// </summary>
    public double Tolerance { get; init; } = 1e-4;
}
