using Espalier.Pruning.Allocation;
using Espalier.Pruning.Budgets;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Sessions;
using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>
/// Runs the rounds of a <see cref="Pruner"/>: remove, retrain, keep; a round that does not come to its end has never been.
/// </summary>
internal sealed class RoundRunner(
    PruningSession session, PruningOptions options, IProgress<PruningProgress>? progress, CancellationToken cancellation)
{
    /// <summary>The session.</summary>
    public PruningSession Session => session;

    /// <summary>The weights that are left.</summary>
    public int Live => session.Network.LiveWeightCount;

    /// <summary>The fewest weights that a round may leave: one, or with an allocation one a layer.</summary>
    public int Least => options.Allocation is null ? 1 : session.Network.PrunableParameters.Count(layer => layer.LiveCount > 0);

    /// <summary>What the compiled model costs, of what <paramref name="limit"/> counts.</summary>
    public double CostOf(CostLimit limit) => limit.Cost.Of(session.Network);

    /// <summary>Runs a round.</summary>
    /// <param name="rounds">The number of rounds, or null when nobody knows.</param>
    /// <param name="keep">The weights to leave.</param>
    /// <param name="searched">The part of a search that is done.</param>
    /// <param name="isTooMuch">Whether the round is to be taken back, by what the network then is; null for never.</param>
    public void Run(int? rounds, int keep, double searched = 0, Func<Evaluation, bool>? isTooMuch = null)
    {
        cancellation.ThrowIfCancellationRequested();
        int done = session.Rounds.Count;
        var state = new PruningProgress(done + 1, rounds, keep, null) { Searched = searched };
        progress?.Report(state);
        try
        {
            session.Prune(options.Criterion, Budgets(keep)(keep), cancellation);
            if (options.Retraining is TrainingOptions retraining)
            {
                session.Retrain(retraining, TrainingRelay.To(progress, state), cancellation);
            }

            if (isTooMuch?.Invoke(session.Now) is true) session.Undo();
        }
        catch
        {
            session.Forget(done);
            throw;
        }

        if (options.SessionFolder is not null) session.Save(options.SessionFolder);
    }

    /// <summary>The number of weights with which the network as it stands fits <paramref name="limit"/>.</summary>
    public int CountFor(CostLimit limit)
    {
        Func<int, RemovalBudget> budgets = Budgets(options.Allocation is null ? Live : Math.Max(Least, QuickCount(limit)));
        return new CostBudget(session.Context, limit, budgets, Least).Find(options.Criterion, cancellation);
    }

    /// <summary>About the same of the network at the start of the session.</summary>
    public int EstimateCount(CostLimit limit)
    {
        session.States[0].Restore(session.Network);
        try
        {
            return QuickCount(limit);
        }
        finally
        {
            session.States[^1].Restore(session.Network);
        }
    }

    // By magnitude where criteria are slow, and without an allocation.
    private int QuickCount(CostLimit limit)
    {
        PruningCriterion quick = options.Criterion is ScoreCriterion ? options.Criterion : new MagnitudeCriterion();
        return new CostBudget(session.Context, limit, keep => new RemovalBudget(keep, options.Scope), least: 1).Find(quick, cancellation);
    }

    private Func<int, RemovalBudget> Budgets(int near)
    {
        if (options.Allocation is null) return keep => new RemovalBudget(keep, options.Scope);
        LayerPlan plan = options.Allocation.Prepare(session.Context, options.Criterion, near, cancellation);
        return keep => RemovalBudget.PerLayer(plan.CountsFor(keep));
    }
}
