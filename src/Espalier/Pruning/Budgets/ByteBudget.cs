using Espalier.Pruning.Criteria;
using Espalier.Reporting;

namespace Espalier.Pruning.Budgets;

/// <summary>
/// Finds how many weights fit a compiled model of so many bytes, by removing and lowering in earnest. The size does not simply fall with
/// the weights: a layer that becomes small enough for straight-line code takes three times the bytes it took as a table. So the search
/// looks down a coarse row of counts for the first that fits, and then halves between it and the one above that does not.
/// </summary>
internal sealed class ByteBudget
{
    /// <summary>Counts from all weights to the least, each the same factor below the one before.</summary>
    private const int CoarseCounts = 64;

    /// <summary>Where each try is a removal from the start, counts are settled to this part of themselves, and no finer.</summary>
    private const int CostlyResolution = 500;

    private readonly PruningContext _context;
    private readonly Func<int, RemovalBudget> _budgets;
    private readonly long _most;
    private readonly int _least;

    /// <summary>Prepares a search.</summary>
    /// <param name="context">The network, which is the same afterwards.</param>
    /// <param name="most">The bytes that the compiled model may take.</param>
    /// <param name="budgets">The budget of a number of weights.</param>
    /// <param name="least">The least number of weights.</param>
    public ByteBudget(PruningContext context, long most, Func<int, RemovalBudget> budgets, int least) =>
        (_context, _most, _budgets, _least) = (context, most, budgets, Math.Max(1, least));

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
                (int fits, int exceeds) = Coarse(keep => Size(trial, keep));
                return Halve(fits, exceeds, resolution: 1, keep => Size(trial, keep));
            }

            // The size hangs on how many weights each layer keeps more than on which: magnitude says where to look.
            PruningCriterion cheap = FixedScores.For(new MagnitudeCriterion(), _context, cancellation);
            (int low, int high) = Coarse(keep => Size(cheap, keep));
            int near = Halve(low, high, resolution: 1, keep => Size(cheap, keep));
            return Widen(near, keep => Size(trial, keep));
        }
        finally
        {
            snapshot.Restore(_context.Network);
        }

        long Size(PruningCriterion trial, int keep)
        {
            cancellation.ThrowIfCancellationRequested();
            snapshot.Restore(_context.Network);
            if (keep < _context.Network.LiveWeightCount) trial.Remove(_context, _budgets(keep), cancellation);
            return CompiledSize.Of(_context.Network);
        }
    }

    /// <summary>A count that fits, and a larger one that does not (or one above all there are).</summary>
    private (int Fits, int Exceeds) Coarse(Func<int, long> size)
    {
        int live = _context.Network.LiveWeightCount, above = live + 1;
        long smallest = long.MaxValue;
        for (int i = 0; i < CoarseCounts; i++)
        {
            int keep = (int)Math.Round(live * Math.Pow((double)Math.Min(live, _least) / live, (double)i / (CoarseCounts - 1)));
            if (keep >= above) continue;
            long bytes = size(keep);
            if (bytes <= _most) return (keep, above);
            smallest = Math.Min(smallest, bytes);
            above = keep;
        }

        throw Impossible(smallest);
    }

    private EspalierException Impossible(long smallest) =>
        new($"A compiled model of {_most} bytes cannot be: the least of this network takes {smallest} bytes; give at least that many.");

    private int Halve(int fits, int exceeds, int resolution, Func<int, long> size)
    {
        while (exceeds - fits > resolution)
        {
            int middle = fits + (exceeds - fits) / 2;
            if (size(middle) <= _most) fits = middle;
            else exceeds = middle;
        }

        return fits;
    }

    /// <summary>Steps away from <paramref name="near"/>, further each time, until the edge is between two counts.</summary>
    private int Widen(int near, Func<int, long> size)
    {
        int live = _context.Network.LiveWeightCount, resolution = Math.Max(1, near / CostlyResolution), step = resolution;
        int fits = near, exceeds = near;
        if (size(near) <= _most)
        {
            do
            {
                (fits, exceeds, step) = (exceeds, Math.Min(live + 1, exceeds + step), 2 * step);
            }
            while (exceeds <= live && size(exceeds) <= _most);
        }
        else
        {
            do
            {
                if (fits <= _least) throw Impossible(size(fits));
                (exceeds, fits, step) = (fits, Math.Max(_least, fits - step), 2 * step);
            }
            while (size(fits) > _most);
        }

        return Halve(fits, exceeds, resolution, size);
    }
}
