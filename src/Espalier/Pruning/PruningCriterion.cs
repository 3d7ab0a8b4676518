using Espalier.Pruning.Patterns;

namespace Espalier.Pruning;

/// <summary>
/// Decides which weights leave a network, and whether those that stay move to make up for it. One file a method; schedules, budgets and
/// retraining are chosen apart from it. Most criteria just score weights: see <see cref="ScoreCriterion"/>.
/// </summary>
public abstract class PruningCriterion
{
    /// <summary>What reports call it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the method can keep to a pattern; every one can to single weights.</summary>
    public virtual bool CanFollow(PruningPattern pattern) => pattern is SingleWeights;

    /// <summary>
    /// Removes weights by <see cref="Training.Parameter.Freeze"/> until just so many are left as <paramref name="budget"/> says; none comes
    /// back. A pattern may leave fewer, by less than a set of its weights.
    /// </summary>
    /// <param name="context">The network, which changes, with its training samples and loss.</param>
    /// <param name="budget">How many weights to leave, at most as many as live.</param>
    /// <param name="cancellation">Ends the removal, and leaves the network as it was.</param>
    /// <exception cref="EspalierException">The method cannot treat this network or these data, or cannot meet the budget.</exception>
    /// <exception cref="OperationCanceledException">The removal was cancelled.</exception>
    public abstract Removal Remove(PruningContext context, RemovalBudget budget, CancellationToken cancellation = default);

    /// <summary>Throws when the method cannot keep to a pattern.</summary>
    /// <exception cref="EspalierException">It cannot.</exception>
    public void RequireCanFollow(PruningPattern pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if (CanFollow(pattern)) return;
        throw new EspalierException(
            $"The criterion {Name} moves the weights that stay and cannot keep to the pattern {pattern}; " +
            "give one that scores weights, or single weights.");
    }
}
