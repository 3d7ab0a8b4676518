using Espalier.Pruning.Criteria;
using Espalier.Pruning.Patterns;
using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>The choices of <see cref="GradualPruner"/>.</summary>
public sealed record GradualPruningOptions
{
    /// <summary>What a weight is worth.</summary>
    public PruningCriterion Criterion { get; init; } = new MagnitudeCriterion();

    /// <summary>Which weights stay or leave together.</summary>
    public PruningPattern Pattern { get; init; } = PruningPattern.Weights;

    /// <summary>Which weights compete.</summary>
    public PruningScope Scope { get; init; } = PruningScope.Global;

    /// <summary>How fast weights go while training goes on.</summary>
    public SparsitySchedule Schedule { get; init; } = SparsitySchedule.Cubic;

    /// <summary>
    /// The number of training steps between two renewals of the mask; 0 for 100 (as Zhu and Gupta have it), or for a fortieth of the
    /// training where that is less.
    /// </summary>
    public int Interval { get; init; }

    /// <summary>The training during which weights are removed.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>The training of the survivors after that, or null for none.</summary>
    public TrainingOptions? FineTuning { get; init; }

    /// <summary>
    /// The folder where the run is kept after every epoch, and when it is cancelled, so that
    /// <see cref="Sessions.PruningSession.Load"/> can go on from there; null to keep nothing.
    /// </summary>
    public string? SessionFolder { get; init; }

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        PruningOptions.RequireKnown(Scope);
        PruningOptions.RequireKnown(Schedule);
        Criterion.RequireCanFollow(Pattern);
        if (Interval < 0) throw new EspalierException($"Pruning option Interval is {Interval}; it must be 0 (automatic) or more.");
        if (Training.EarlyStopping is not null)
        {
            throw new EspalierException("Gradual pruning cannot stop early while weights go; ask for it in fine-tuning only.");
        }

        Training.Validate();
        FineTuning?.Validate();
    }
}
