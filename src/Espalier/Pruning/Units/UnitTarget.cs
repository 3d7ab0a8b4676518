using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>
/// When a network has lost enough units. Counted are the units that may leave: hidden ones, and inputs where they are pruned too.
/// </summary>
public abstract record UnitTarget
{
    private UnitTarget()
    {
    }

    /// <summary>Keep this fraction of the network's units, in (0, 1]; rounded to a whole number.</summary>
    /// <exception cref="EspalierException">There is no such fraction.</exception>
    public static UnitTarget Fraction(double kept) => kept is > 0 and <= 1
        ? new Kept(kept, null)
        : throw new EspalierException(
            FormattableString.Invariant($"A fraction of {kept} of the units cannot be kept; give a number above 0 and up to 1."));

    /// <summary>Keep this number of units.</summary>
    /// <exception cref="EspalierException">It is below 1.</exception>
    public static UnitTarget Count(int kept) => kept >= 1
        ? new Kept(null, kept)
        : throw new EspalierException($"{kept} units cannot be kept; give a number of at least 1.");

    /// <summary>Remove units while the validation error is at most so many percentage points above that of the start.</summary>
    /// <exception cref="EspalierException">It is no such number.</exception>
    public static UnitTarget ErrorRise(double points) => points is >= 0 and <= 100
        ? new RisingError(points)
        : throw new EspalierException(FormattableString.Invariant($"An error rise of {points} points makes no sense; give 0 to 100."));

    /// <summary>Remove units while the validation loss is at most this factor times that of the start: for regression too.</summary>
    /// <exception cref="EspalierException">It is below 1.</exception>
    public static UnitTarget LossFactor(double factor) => factor >= 1 && double.IsFinite(factor)
        ? new RisingLoss(factor)
        : throw new EspalierException(FormattableString.Invariant($"A loss of {factor} times the start makes no sense; give 1 or more."));

    /// <summary>Remove units in so many rounds.</summary>
    /// <exception cref="EspalierException">It is below 1.</exception>
    public static UnitTarget Rounds(int count) => count >= 1
        ? new RoundLimit(count)
        : throw new EspalierException($"{count} rounds remove nothing; give a number of at least 1.");

    /// <summary>The most rounds.</summary>
    internal virtual int MostRounds => int.MaxValue;

    /// <summary>The number of units to keep of <paramref name="all"/>.</summary>
    internal abstract int Least(int all);

    /// <summary>Whether the network has become too bad.</summary>
    internal abstract bool IsBeyond(Evaluation start, Evaluation now);

    /// <summary>A number of units, given as such or as a fraction.</summary>
    private sealed record Kept(double? FractionOfAll, int? Units) : UnitTarget
    {
        internal override int Least(int all) =>
            Units ?? Math.Max(1, (int)Math.Round(FractionOfAll!.Value * all, MidpointRounding.AwayFromZero));

        internal override bool IsBeyond(Evaluation start, Evaluation now) => false;
    }

    /// <summary>A largest rise of the error in percentage points.</summary>
    private sealed record RisingError(double Points) : UnitTarget
    {
        internal override int Least(int all) => 0;

        internal override bool IsBeyond(Evaluation start, Evaluation now) => start.Errors is int errors
            ? ErrorTolerance.IsExceeded(errors, now.Errors!.Value, now.Count, Points)
            : throw new EspalierException("Pruning to an error rise needs classes; this set has target values. Give a loss factor.");
    }

    /// <summary>A number of rounds.</summary>
    private sealed record RoundLimit(int Most) : UnitTarget
    {
        internal override int MostRounds => Most;

        internal override int Least(int all) => 0;

        internal override bool IsBeyond(Evaluation start, Evaluation now) => false;
    }

    /// <summary>A largest loss in terms of the first.</summary>
    private sealed record RisingLoss(double Factor) : UnitTarget
    {
        internal override int Least(int all) => 0;

        internal override bool IsBeyond(Evaluation start, Evaluation now) => now.Loss > Factor * start.Loss;
    }
}
