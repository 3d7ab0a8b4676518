namespace Espalier.Bench;

/// <summary>256 samples a call: the times are those of the whole call.</summary>
public class LeNetBatchBenchmarks : LeNetBenchmarks
{
    /// <inheritdoc/>
    protected override int Batch => 256;
}
