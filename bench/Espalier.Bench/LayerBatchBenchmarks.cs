namespace Espalier.Bench;

/// <summary>256 samples a call: the times are those of the whole call.</summary>
public class LayerBatchBenchmarks : LayerBenchmarks
{
    /// <inheritdoc/>
    protected override int Batch => 256;
}
