namespace Espalier.Bench;

/// <summary>One sample a call.</summary>
public class LeNetSampleBenchmarks : LeNetBenchmarks
{
    /// <inheritdoc/>
    protected override int Batch => 1;
}
