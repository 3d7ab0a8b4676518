using Espalier.Pruning.Budgets;
using Espalier.Reporting;
using static System.FormattableString;

namespace Espalier.Pruning;

/// <summary>When a network is small enough. Biases are neither pruned nor counted.</summary>
public abstract record PruningTarget
{
    private PruningTarget()
    {
    }

    /// <summary>Keep this fraction of all weights, in (0, 1]; rounded to a whole number of weights, at least one.</summary>
    public static PruningTarget Fraction(double kept) => kept is > 0 and <= 1
        ? new Kept(kept, null)
        : throw new EspalierException(
            Invariant($"A fraction of {kept} of the weights cannot be kept; give a number above 0 and up to 1."));

    /// <summary>Keep this number of weights.</summary>
    public static PruningTarget Count(int kept) => kept >= 1
        ? new Kept(null, kept)
        : throw new EspalierException($"{kept} weights cannot be kept; give a number of at least 1.");

    /// <summary>Keep as few weights as can be, while the validation error rises by at most so many percentage points.</summary>
    public static PruningTarget ErrorRise(double points) => points is >= 0 and <= 100
        ? new Tolerance(points)
        : throw new EspalierException(Invariant($"An error rise of {points} points makes no sense; give 0 to 100."));

    /// <summary>
    /// Keep as many weights as the compiled model takes at most so many bytes with: machine code (estimated) and tables, as
    /// <see cref="ModelSummary.CompiledBytes"/> states them.
    /// </summary>
    public static PruningTarget CompiledBytes(long most) => most >= 1
        ? new Compiled(new CostLimit(CompiledCost.Bytes, most))
        : throw new EspalierException($"A compiled model of {most} bytes cannot be; give a number of at least 1.");

    /// <summary>
    /// Keep as many weights as the compiled model is expected to take at most so many nanoseconds a prediction with, as
    /// <see cref="ModelSummary.EstimatedNs"/> states them: the estimates by which kernels are chosen, on the processor they were measured
    /// on.
    /// </summary>
    public static PruningTarget CompiledNanoseconds(double most) => most > 0 && double.IsFinite(most)
        ? new Compiled(new CostLimit(CompiledCost.Nanoseconds, most))
        : throw new EspalierException(Invariant($"A prediction cannot take {most} ns; give a number above 0."));

    /// <summary>
    /// Keep just what the pattern leaves, of those that say how many weights stay (<see cref="Patterns.PruningPattern.SaysHowMany"/>).
    /// </summary>
    public static PruningTarget OfPattern { get; } = new Pattern();

    /// <summary>The target in a few words, such as "fraction 0.08".</summary>
    public abstract override string ToString();

    /// <summary>A number of weights, given as such or as a fraction.</summary>
    internal sealed record Kept(double? FractionOfAll, int? Weights) : PruningTarget
    {
        /// <inheritdoc/>
        public override string ToString() => FractionOfAll is double fraction ? Invariant($"fraction {fraction}") : $"weights {Weights}";

        /// <summary>The number of weights to keep of <paramref name="all"/>, of which <paramref name="live"/> are left.</summary>
        /// <exception cref="EspalierException">There are not so many left.</exception>
        public int CountOf(int all, int live)
        {
            int count = Weights ?? Math.Max(1, (int)Math.Round(FractionOfAll!.Value * all, MidpointRounding.AwayFromZero));
            return count <= live
                ? count
                : throw new EspalierException(
                    $"{count} weights are to be kept, but only {live} of {all} are left; pruning never revives any. Ask for fewer.");
        }
    }

    /// <summary>What the pattern leaves.</summary>
    internal sealed record Pattern : PruningTarget
    {
        /// <inheritdoc/>
        public override string ToString() => "what the pattern leaves";
    }

    /// <summary>A largest rise of the validation error in percentage points.</summary>
    internal sealed record Tolerance(double Points) : PruningTarget
    {
        /// <inheritdoc/>
        public override string ToString() => Invariant($"error rise {Points}");
    }

    /// <summary>A largest cost of the compiled model.</summary>
    internal sealed record Compiled(CostLimit Limit) : PruningTarget
    {
        /// <inheritdoc/>
        public override string ToString() => Invariant($"{Limit.Cost.Name} {Limit.Most}");
    }
}
