namespace Espalier.Pruning;

/// <summary>How many weights are to be left.</summary>
/// <param name="Keep">In all, at most as many as live.</param>
/// <param name="Scope">Which weights compete, where <paramref name="LayerCounts"/> does not say.</param>
/// <param name="LayerCounts">
/// How many each of <see cref="Training.TrainableNetwork.PrunableParameters"/> keeps, with <paramref name="Keep"/> as their sum; or null.
/// </param>
public sealed record RemovalBudget(int Keep, PruningScope Scope, IReadOnlyList<int>? LayerCounts = null)
{
    /// <summary>A budget for each layer.</summary>
    public static RemovalBudget PerLayer(IReadOnlyList<int> layerCounts)
    {
        ArgumentNullException.ThrowIfNull(layerCounts);
        return new RemovalBudget(layerCounts.Sum(), PruningScope.PerLayer, layerCounts);
    }
}
