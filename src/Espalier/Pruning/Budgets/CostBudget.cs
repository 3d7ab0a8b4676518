using Espalier.Pruning.Criteria;

namespace Espalier.Pruning.Budgets;

/// <summary>
/// Finds how many weights fit a compiled model of so many bytes or nanoseconds, by removing and lowering in earnest. The cost does not
/// simply fall with the weights: a layer that becomes small enough for straight-line code takes three times the bytes it took as a table.
/// So the search looks down a coarse row of counts for the first that fits, and then halves between it and the one above that does not.
/// </summary>
internal sealed class CostBudget
{
    /// <summary>Counts from all weights to the least, each the same factor below the one before.</summary>
    private const int CoarseCounts = 64;

    /// <summary>Where each try is a removal from the start, counts are settled to this part of themselves, and no finer.</summary>
    private const int CostlyResolution = 500;

    private readonly PruningContext _context;
    private readonly Func<int, RemovalBudget> _budgets;
    private readonly CostLimit _limit;
    private readonly int _least;

    /// <summary>Prepares a search.</summary>
    /// <param name="context">The network, which is the same afterwards.</param>
    /// <param name="limit">What the compiled model may cost.</param>
    /// <param name="budgets">The budget of a number of weights.</param>
    /// <param name="least">The least number of weights.</param>
    public CostBudget(PruningContext context, CostLimit limit, Func<int, RemovalBudget> budgets, int least) =>
        (_context, _limit, _budgets, _least) = (context, limit, budgets, Math.Max(1, least));

    /// <summary>The number of weights to keep: it fits, and one more does not.</summary>
    /// <exception cref="EspalierException">No number fits.</exception>
    public int Find(PruningCriterion criterion, CancellationToken cancellation)
    {
        var snapshot = new NetworkSnapshot(_context.Network);
        try
        {
            PruningCriterion trial = FixedScores.For(criterion, _context, cancellation);
            if (trial is ScoreCriterion)
            {
                (int fits, int exceeds) = Coarse(keep => Cost(trial, keep));
                return Halve(fits, exceeds, resolution: 1, keep => Cost(trial, keep));
            }

            // The cost hangs on how many weights each layer keeps more than on which: magnitude says where to look.
            PruningCriterion cheap = FixedScores.For(new MagnitudeCriterion(), _context, cancellation);
            (int low, int high) = Coarse(keep => Cost(cheap, keep));
            int near = Halve(low, high, resolution: 1, keep => Cost(cheap, keep));
            return Widen(near, keep => Cost(trial, keep));
        }
        finally
        {
            snapshot.Restore(_context.Network);
        }

        double Cost(PruningCriterion trial, int keep)
        {
            cancellation.ThrowIfCancellationRequested();
            snapshot.Restore(_context.Network);
            if (keep < _context.Network.LiveWeightCount) trial.Remove(_context, _budgets(keep), cancellation);
            return _limit.Cost.Of(_context.Network);
        }
    }

    /// <summary>A count that fits, and a larger one that does not (or one above all there are).</summary>
    private (int Fits, int Exceeds) Coarse(Func<int, double> cost)
    {
        int live = _context.Network.LiveWeightCount, above = live + 1;
        double smallest = double.PositiveInfinity;
        for (int i = 0; i < CoarseCounts; i++)
        {
            int keep = (int)Math.Round(live * Math.Pow((double)Math.Min(live, _least) / live, (double)i / (CoarseCounts - 1)));
            if (keep >= above) continue;
            double tried = cost(keep);
            if (tried <= _limit.Most) return (keep, above);
            smallest = Math.Min(smallest, tried);
            above = keep;
        }

        throw Impossible(smallest);
    }

    private EspalierException Impossible(double smallest) => new(
        $"A compiled model of {_limit.Cost.Words(_limit.Most)} cannot be: the least of this network takes {_limit.Cost.Words(smallest)}; " +
        "give at least that many.");

    private int Halve(int fits, int exceeds, int resolution, Func<int, double> cost)
    {
        while (exceeds - fits > resolution)
        {
            int middle = fits + (exceeds - fits) / 2;
            if (cost(middle) <= _limit.Most) fits = middle;
            else exceeds = middle;
        }

        return fits;
    }

    /// <summary>Steps away from <paramref name="near"/>, further each time, until the edge is between two counts.</summary>
    private int Widen(int near, Func<int, double> cost)
    {
        int live = _context.Network.LiveWeightCount, resolution = Math.Max(1, near / CostlyResolution), step = resolution;
        int fits = near, exceeds = near;
        if (cost(near) <= _limit.Most)
        {
            do
            {
                (fits, exceeds, step) = (exceeds, Math.Min(live + 1, exceeds + step), 2 * step);
            }
            while (exceeds <= live && cost(exceeds) <= _limit.Most);
        }
        else
        {
            do
            {
                if (fits <= _least) throw Impossible(cost(fits));
                (exceeds, fits, step) = (fits, Math.Max(_least, fits - step), 2 * step);
            }
            while (cost(fits) > _limit.Most);
        }

        return Halve(fits, exceeds, resolution, cost);
    }
}
