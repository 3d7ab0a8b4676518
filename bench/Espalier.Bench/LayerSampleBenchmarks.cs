namespace Espalier.Bench;

/// <summary>One sample a call.</summary>
public class LayerSampleBenchmarks : LayerBenchmarks
{
    /// <inheritdoc/>
    protected override int Batch => 1;
}
