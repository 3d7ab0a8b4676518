using Espalier.Pruning.Units.Criteria;
using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>The choices of a run of <see cref="UnitPruner"/> that are independent of its target.</summary>
public sealed record UnitPruningOptions
{
    /// <summary>What a unit is worth. Brute force is the best there is, and fast enough for networks of some hundred units.</summary>
    public UnitCriterion Criterion { get; init; } = new BruteForceCriterion();

    /// <summary>When units are scored.</summary>
    public UnitRanking Ranking { get; init; } = UnitRanking.EachRound;

    /// <summary>Which units leave in a round.</summary>
    public UnitChoice Choice { get; init; } = UnitChoice.Lowest;

    /// <summary>
    /// Whether units are ranked by their score for each living weight that leaves with them, instead of by their scores as they are: units
    /// that cost many weights, such as filters before a wide dense layer, have to be worth more.
    /// </summary>
    public bool PerWeight { get; init; }

    /// <summary>The units that leave in a round, at least one, where those of the lowest scores do.</summary>
    public int UnitsPerRound { get; init; } = 1;

    /// <summary>Whether inputs may leave too.</summary>
    public bool PruneInputs { get; init; }

    /// <summary>The units that every layer keeps at least, so that none becomes empty; at least one.</summary>
    public int MinimumUnits { get; init; } = 1;

    /// <summary>
    /// Whether those that read a removed unit go on as if it yielded its mean over the training part; otherwise, as if it yielded 0.
    /// </summary>
    public bool FoldMeans { get; init; }

    /// <summary>What replaces scores out of all proportion, or null for nothing.</summary>
    public OutlierRule? Outliers { get; init; }

    /// <summary>What is done about correlated hidden units.</summary>
    public UnitTwins Twins { get; init; } = UnitTwins.Ignore;

    /// <summary>The magnitude of the correlation from which two units are twins, above 0 and up to 1.</summary>
    public double TwinCorrelation { get; init; } = 0.9;

    /// <summary>How the rest is retrained after each round, from its current weights; null for not at all.</summary>
    public TrainingOptions? Retraining { get; init; }

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        PruningOptions.RequireKnown(Ranking);
        PruningOptions.RequireKnown(Twins);
        PruningOptions.RequireKnown(Choice);
        if (UnitsPerRound < 1) throw new EspalierException($"Pruning option UnitsPerRound is {UnitsPerRound}; it must be at least 1.");
        if (MinimumUnits < 1) throw new EspalierException($"Pruning option MinimumUnits is {MinimumUnits}; it must be at least 1.");
        if (!(TwinCorrelation is > 0 and <= 1))
        {
            throw new EspalierException(FormattableString.Invariant(
                $"Pruning option TwinCorrelation is {TwinCorrelation}; it must be above 0 and up to 1."));
        }

        if (PruneInputs && !Criterion.ScoresInputs)
        {
            throw new EspalierException($"{Criterion.Name} says nothing about inputs; leave them out, or choose another criterion.");
        }

        Outliers?.Validate();
        Retraining?.Validate();
    }
}
