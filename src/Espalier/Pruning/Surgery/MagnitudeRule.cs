namespace Espalier.Pruning.Surgery;

/// <summary>s = |w|.</summary>
internal sealed class MagnitudeRule : DeletionRule
{
    /// <inheritdoc/>
    public override void Refresh(FlatNetwork network, FlatObjective objective, CancellationToken cancellation)
    {
    }

    /// <inheritdoc/>
    public override double Saliency(FlatNetwork network, int index) => Math.Abs(network.Values[index]);
}
