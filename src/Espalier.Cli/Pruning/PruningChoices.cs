using Espalier.Pruning;
using Espalier.Pruning.Allocation;
using Espalier.Pruning.Patterns;
using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Pruning;

/// <summary>What a command line asks for, once it is known not to contradict itself.</summary>
/// <param name="Method">One of the names in <see cref="MethodArguments"/>.</param>
/// <param name="Target">How far to go, or null when the allocation or a person says so.</param>
/// <param name="Criterion">What a weight is worth.</param>
/// <param name="Pattern">Which weights stay or leave together.</param>
/// <param name="Scope">Which weights compete.</param>
/// <param name="Allocation">How many weights each layer keeps, or null to let the scope decide.</param>
internal sealed record PruningChoices(
    string Method, PruningTarget? Target, PruningCriterion Criterion, PruningPattern Pattern, PruningScope Scope,
    LayerAllocation? Allocation)
{
    /// <summary>The part of the weights left that a step keeps when a person decides.</summary>
    public double Step { get; init; } = MethodArguments.FirstStep;

    /// <summary>Whether weights go while training goes on.</summary>
    public bool IsGradual => Method == MethodArguments.Gradual;

    /// <summary>Whether a person decides after each round.</summary>
    public bool IsInteractive => Method == MethodArguments.Interactive;

    /// <summary>The options of a gradual run: weights go in the first half of the epochs, and the second trains what is left.</summary>
    /// <param name="training">How to train in all.</param>
    /// <param name="curve">How fast weights go.</param>
    /// <exception cref="EspalierException">There is not one epoch for each half.</exception>
    public GradualPruningOptions Gradual(TrainingOptions training, SparsitySchedule curve = SparsitySchedule.Cubic)
    {
        if (training.Epochs < 2) throw new EspalierException("Gradual pruning needs at least 2 epochs: one to prune, one to fine-tune.");
        int half = training.Epochs / 2;
        return new GradualPruningOptions
        {
            Criterion = Criterion,
            Pattern = Pattern,
            Scope = Scope,
            Schedule = curve,
            Training = training with { Epochs = half, LearningRate = LearningRateSchedule.Constant(training.LearningRate.Initial) },
            FineTuning = training with { Epochs = training.Epochs - half, Seed = training.Seed + 1 },
        };
    }

    /// <summary>The options of a run in rounds.</summary>
    /// <param name="rounds">The number of rounds.</param>
    /// <param name="retraining">How to retrain after each, or null.</param>
    /// <param name="curve">How fast weights go.</param>
    public PruningOptions InRounds(int rounds, TrainingOptions? retraining, SparsitySchedule curve = SparsitySchedule.Exponential) => new()
    {
        Criterion = Criterion,
        Pattern = Pattern,
        Scope = Scope,
        Allocation = Allocation,
        Schedule = curve,
        Rounds = rounds,
        Retraining = retraining,
    };

    /// <summary>Throws when choices contradict each other or leave open how far to go.</summary>
    /// <exception cref="EspalierException">They do.</exception>
    public void RequireConsistent()
    {
        if (IsGradual && Allocation is not null)
        {
            throw new EspalierException("--allocation is for --method rounds, once and interactive; name one of them or leave it out.");
        }

        Criterion.RequireCanFollow(Pattern);
        if (Pattern.SaysHowMany && (IsInteractive || Allocation is not null))
        {
            string other = IsInteractive ? "interactive pruning (--interactive, --step)" : "--allocation";
            throw new EspalierException($"--pattern {Pattern.Name} itself says how many weights stay; leave {other} out.");
        }

        if (IsInteractive && Target is not null)
        {
            throw new EspalierException(
                "Interactive pruning asks after each round how far to prune; "
                    + "leave --keep, --weights, --max-rise, --budget-bytes and --budget-ns out.");
        }

        if (Target is null && !IsInteractive && Allocation is not FractionAllocation) throw TargetArguments.OneOfThem();
    }
}
