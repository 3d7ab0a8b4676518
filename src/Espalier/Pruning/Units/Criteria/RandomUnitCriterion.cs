namespace Espalier.Pruning.Units.Criteria;

/// <summary>Scores by chance alone: the control that every criterion has to beat.</summary>
/// <param name="seed">Decides the scores; the same at every call.</param>
public sealed class RandomUnitCriterion(ulong seed = 1) : UnitCriterion
{
    /// <inheritdoc/>
    public override string Name => "random";

    private protected override double[][] Score(
        PruningContext context, UnitLayers layers, bool[][] live, CancellationToken cancellation)
    {
        // Every unit draws, removed or not: what is left keeps its scores from one ranking to the next.
        var random = new SeededRandom(seed);
        return Array.ConvertAll(live, layer => Array.ConvertAll(layer, isLive => isLive ? random.NextDouble() : 0 * random.NextDouble()));
    }
}
