using Espalier.Data;
using Espalier.Pruning.Patterns;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Pruning;

/// <summary>What all pruning runs share: a network, the samples it is judged by, and one renewal of its mask.</summary>
internal sealed class PruningStage
{
    private readonly Evaluator _evaluator;

    /// <summary>Checks that the data fit the network and that trainings can begin, so that neither fails once weights are gone.</summary>
    /// <exception cref="EspalierException">The data do not fit the network, or a training the data.</exception>
    public PruningStage(
        TrainableNetwork network, Dataset train, Dataset? validation, LossKind loss, params ReadOnlySpan<TrainingOptions?> trainings)
    {
        (Network, Train, Validation) = (network, train, validation);
        Context = new PruningContext(network, train, loss);
        SampleSweep.RequireSamples(network, train);
        _evaluator = new Evaluator(network, validation ?? train, loss);
        foreach (TrainingOptions? training in trainings)
        {
            if (training is not null) RequireTraining(training);
        }
    }

    public TrainableNetwork Network { get; }

    public Dataset Train { get; }

    /// <summary>What criteria look at.</summary>
    public PruningContext Context { get; private set; }

    public Dataset? Validation { get; }

    /// <summary>The name of the set that evaluations are of.</summary>
    public string MeasuredOn => _evaluator.Data.Name;

    /// <summary>How the network does on the validation part, or on the training part when there is none.</summary>
    public Evaluation Evaluate()
    {
        using var engine = new ComputeEngine(threads: 0);
        return _evaluator.Evaluate(engine);
    }

    /// <summary>The spelling of the pattern that removals keep to.</summary>
    public string PatternName => Context.Layout?.Pattern.ToString() ?? PruningPattern.Weights.ToString();

    /// <summary>Lays a pattern out over the network as it stands; all removals from now on keep to it.</summary>
    /// <exception cref="EspalierException">The pattern fits no layer, or the criterion cannot follow it.</exception>
    public void LayOut(PruningPattern pattern, PruningCriterion criterion, CancellationToken cancellation)
    {
        PruningContext plain = Context with { Layout = null };
        Context = pattern is SingleWeights
            ? plain
            : plain with { Layout = PatternLayout.Arrange(pattern, plain, criterion, cancellation) };
    }

    /// <summary>The number of weights to keep, where the target is one or leaves it to the pattern.</summary>
    public int CountOf(PruningTarget target) => target is PruningTarget.Kept kept
        ? kept.CountOf(Network.WeightCount, Network.LiveWeightCount)
        : Context.Layout!.Least(Network.PrunableParameters).Sum();

    /// <summary>Throws when both the target and the pattern say how many weights stay, or neither does.</summary>
    public static void RequireOneCount(PruningPattern pattern, PruningTarget target)
    {
        if (pattern.SaysHowMany == target is PruningTarget.Pattern) return;
        throw new EspalierException(pattern.SaysHowMany
            ? $"The pattern {pattern.Name} itself says how many weights stay; give no other target."
            : $"The pattern {pattern.Name} does not say how many weights stay; give a target.");
    }

    /// <summary>Removes the worst weights until as many are left as <paramref name="budget"/> says.</summary>
    /// <returns>What each layer had and has, and what the removal came to.</returns>
    public (LayerPruning[] Layers, Removal Removal) Prune(PruningCriterion criterion, RemovalBudget budget, CancellationToken cancellation)
    {
        if (Context.Layout is PatternLayout layout) criterion.RequireCanFollow(layout.Pattern);
        int[] before = [.. Network.PrunableParameters.Select(layer => layer.LiveCount)];
        Removal removal = criterion.Remove(Context, budget, cancellation);
        LayerPruning[] layers =
        [
            .. Network.PrunableParameters.Select((layer, i) =>
                new LayerPruning(layer.Name, layer.Values.Length, before[i], layer.LiveCount)),
        ];
        return (layers, removal);
    }

    /// <summary>Trains what is left; each round draws its own order of the samples.</summary>
    /// <returns>The epochs of training.</returns>
    public int Retrain(TrainingOptions retraining, int round, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        Dataset? validation = retraining.EarlyStopping is null ? null : Validation;
        var trainer = new Trainer(Network, Train, validation, retraining with { Seed = retraining.Seed + (ulong)round });
        return trainer.Run(progress, cancellation).History.Count;
    }

    /// <summary>Throws when a training could not begin.</summary>
    /// <exception cref="EspalierException">It does not fit the network or the data, or minimises another loss.</exception>
    public void RequireTraining(TrainingOptions training)
    {
        RequireLoss(training);
        _ = new Trainer(Network, Train, Validation, training);
    }

    /// <summary>Throws when a training minimises another loss than the run is judged by: its log could not be read.</summary>
    /// <exception cref="EspalierException">It does.</exception>
    public void RequireLoss(TrainingOptions training)
    {
        if (training.Loss != Context.Loss)
        {
            throw new EspalierException(
                $"Retraining would minimise {training.Loss}, but the run is judged by {Context.Loss}; give both the same loss.");
        }
    }
}
