namespace Espalier.Pruning;

/// <summary>
/// Decides which weights leave a network, and whether those that stay move to make up for it. One file a method; schedules, budgets and
/// retraining are chosen apart from it. Most criteria just score weights: see <see cref="ScoreCriterion"/>.
/// </summary>
public abstract class PruningCriterion
{
    /// <summary>What reports call it.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Removes weights by <see cref="Training.Parameter.Freeze"/> until just so many are left as <paramref name="budget"/> says; none comes
    /// back.
    /// </summary>
    /// <param name="context">The network, which changes, with its training samples and loss.</param>
    /// <param name="budget">How many weights to leave, at most as many as live.</param>
    /// <param name="cancellation">Ends the removal, and leaves the network as it was.</param>
    /// <exception cref="EspalierException">The method cannot treat this network or these data, or cannot meet the budget.</exception>
    /// <exception cref="OperationCanceledException">The removal was cancelled.</exception>
    public abstract Removal Remove(PruningContext context, RemovalBudget budget, CancellationToken cancellation = default);
}
