using Espalier.Pruning.Allocation;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Patterns;
using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>The choices of a pruning run that are independent of its target.</summary>
public sealed record PruningOptions
{
    /// <summary>What a weight is worth.</summary>
    public PruningCriterion Criterion { get; init; } = new MagnitudeCriterion();

    /// <summary>Which weights stay or leave together.</summary>
    public PruningPattern Pattern { get; init; } = PruningPattern.Weights;

    /// <summary>Which weights compete.</summary>
    public PruningScope Scope { get; init; } = PruningScope.Global;

    /// <summary>How many weights each layer keeps, decided anew before every round; null to let <see cref="Scope"/> decide.</summary>
    public LayerAllocation? Allocation { get; init; }

    /// <summary>How fast weights go from the first round to the last.</summary>
    public SparsitySchedule Schedule { get; init; } = SparsitySchedule.Exponential;

    /// <summary>The number of rounds; 1 is one-shot pruning. A search within an error rise makes its own.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>How the survivors are retrained after each round, from their current weights; null for not at all.</summary>
    public TrainingOptions? Retraining { get; init; }

    /// <summary>
    /// The folder where each finished round is kept, so that <see cref="Sessions.PruningSession.Load"/> can go on from any of them; null to
    /// keep none.
    /// </summary>
    public string? SessionFolder { get; init; }

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        RequireKnown(Scope);
        RequireKnown(Schedule);
        Criterion.RequireCanFollow(Pattern);
        if (Rounds < 1) throw new EspalierException($"Pruning option Rounds is {Rounds}; it must be at least 1.");
        Retraining?.Validate();
    }

    internal static void RequireKnown<T>(T choice)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(choice))
        {
            string known = string.Join(", ", Enum.GetNames<T>());
            throw new EspalierException($"Pruning option {typeof(T).Name} is {choice}; give one of {known}.");
        }
    }
}
