using Espalier.Data;
using Espalier.Pruning.Budgets;
using Espalier.Pruning.Patterns;
using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>
/// Prunes a network in place while it trains: every so many steps the mask grows along a schedule, then the survivors train
/// on under the last mask (Zhu and Gupta 2017). Global magnitude, the cubic schedule and Adam with a coupled weight decay of 1e-4
/// keep LeNet-300-100 on MNIST at its dense error with 8 % of its weights. The decay does not matter there (1.57 % with, 1.54 %
/// without), but further down: at 2.5 % of the weights 1.72 % with, 1.93 % without, 2.23 % when the dense network had none either
/// (one seed, 20 + 20 epochs).
/// </summary>
public sealed class GradualPruner
{
    private const int RenewalsOfShortTraining = 40, MaxAutomaticInterval = 100;

    private readonly PruningStage _stage;
    private readonly GradualPruningOptions _options;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The network, which the run changes.</param>
    /// <param name="train">What it learns from.</param>
    /// <param name="validation">What the log judges by; null for the training part. Never a test set.</param>
    /// <param name="options">All other choices.</param>
    /// <exception cref="EspalierException">The data do not fit the network, or an option is out of its range.</exception>
    public GradualPruner(TrainableNetwork network, Dataset train, Dataset? validation, GradualPruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _stage = new PruningStage(network, train, validation, options.Training.Loss, options.Training, options.FineTuning);
        _options = options;
    }

    /// <summary>How the pattern was laid out in the last run; null before it and for single weights.</summary>
    public PatternLayout? Layout => _stage.Context.Layout;

    /// <summary>Trains and prunes to <paramref name="target"/>, then trains the survivors.</summary>
    /// <param name="target">A fraction or a number of weights, or bytes of the compiled model.</param>
    /// <param name="progress">Told about the training, round 1, and the fine-tuning, round 2; or null.</param>
    /// <param name="cancellation">Ends the run; the network then stands as the step under way left it.</param>
    /// <exception cref="EspalierException">The target is an error rise, or cannot be met.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public PruningLog Run(PruningTarget target, IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        PruningStage.RequireOneCount(_options.Pattern, target);
        TrainableNetwork network = _stage.Network;
        _stage.LayOut(_options.Pattern, _options.Criterion, cancellation);
        int start = network.LiveWeightCount, end = Aim(target, cancellation), phases = _options.FineTuning is null ? 1 : 2;
        Evaluation before = _stage.Evaluate();
        progress?.Report(new PruningProgress(1, phases, start, null));
        long? most = (target as PruningTarget.Bytes)?.Most;
        List<PruningRound> rounds = TrainAndPrune(start, end, most, Relay(progress, 1, phases), cancellation);
        int fineTuningEpochs = 0;
        if (_options.FineTuning is TrainingOptions fineTuning)
        {
            var trainer = new Trainer(network, _stage.Train, _stage.Validation, fineTuning);
            fineTuningEpochs = trainer.Run(Relay(progress, 2, phases), cancellation).History.Count;
        }

        Evaluation after = _stage.Evaluate();
        if (rounds.Count > 0 && fineTuningEpochs > 0)
        {
            rounds[^1] = rounds[^1] with { AfterRetraining = after, RetrainingEpochs = fineTuningEpochs };
        }

        return new PruningLog(_options.Criterion.Name, _options.Scope.ToString(), _options.Schedule.ToString(), _stage.MeasuredOn,
            start, network.LiveWeightCount, before, after, rounds)
        {
            Pattern = _stage.PatternName,
            Target = target.ToString(),
            Loss = _stage.Context.Loss,
            Seed = _options.Training.Seed,
        };
    }

    // Training changes which weights stay, and so how many fit: the schedule leaves some to spare for the count that is settled at its end.
    private int Aim(PruningTarget target, CancellationToken cancellation)
    {
        const double Spare = 1.05;
        int live = _stage.Network.LiveWeightCount;
        return target switch
        {
            PruningTarget.Kept or PruningTarget.Pattern => _stage.CountOf(target),
            PruningTarget.Bytes bytes => Math.Min(live, (int)Math.Ceiling(Spare * CountFor(bytes.Most, cancellation))),
            _ => throw new EspalierException(
                "Gradual pruning goes to a number of weights or bytes; prune in rounds to go to an error rise."),
        };
    }

    private int CountFor(long most, CancellationToken cancellation) =>
        new ByteBudget(_stage.Context, most, keep => new RemovalBudget(keep, _options.Scope), least: 1).Find(_options.Criterion, cancellation);

    private List<PruningRound> TrainAndPrune(
        int start, int end, long? most, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var rounds = new List<PruningRound>();
        var renewals = new List<long>();
        var trainer = new Trainer(_stage.Network, _stage.Train, _stage.Validation, _options.Training);
        double steps = (double)trainer.StepsPerEpoch * _options.Training.Epochs;
        long interval = _options.Interval > 0 ? _options.Interval : (long)Math.Clamp(steps / RenewalsOfShortTraining, 1, MaxAutomaticInterval);
        trainer.Hook = new RenewalHook(step =>
        {
            if (step % interval == 0 && Renew(rounds, _options.Schedule.WeightsAt(step / steps, start, end), cancellation)) renewals.Add(step);
        });
        trainer.Run(progress, cancellation);

        // The end of an epoch shows what the network is worth with the weights that the last round before it left.
        foreach (EpochRecord epoch in trainer.History)
        {
            int last = renewals.FindLastIndex(step => step < (long)epoch.Epoch * trainer.StepsPerEpoch);
            if (last >= 0) rounds[last] = rounds[last] with { AfterRetraining = epoch.Validation };
        }

        // What the schedule leaves to its very end has no more step of training to go before.
        Evaluation trained = _stage.Evaluate();
        if (most is long bytes) end = CountFor(bytes, cancellation);
        if (Renew(rounds, end, cancellation)) rounds[^1] = rounds[^1] with { Before = trained, AfterPruning = _stage.Evaluate() };
        return rounds;
    }

    /// <summary>Adds a round that leaves so many weights, unless no more are left already.</summary>
    private bool Renew(List<PruningRound> rounds, int keep, CancellationToken cancellation)
    {
        if (keep >= _stage.Network.LiveWeightCount) return false;
        (LayerPruning[] layers, Removal removal) = _stage.Prune(_options.Criterion, new RemovalBudget(keep, _options.Scope), cancellation);
        rounds.Add(new PruningRound(
            rounds.Count + 1, layers, removal.Threshold, removal.PredictedLossChange, null, null, null, 0, IsTakenBack: false)
        {
            Criterion = _options.Criterion.Name,
            Pattern = _stage.PatternName,
        });
        return true;
    }

    private TrainingRelay? Relay(IProgress<PruningProgress>? progress, int phase, int phases) =>
        progress is null ? null : new TrainingRelay(value =>
            progress.Report(new PruningProgress(phase, phases, _stage.Network.LiveWeightCount, value)));

    /// <summary>Renews the mask before a step.</summary>
    private sealed class RenewalHook(Action<long> renew) : TrainingHook
    {
        public override void BeforeStep(long step) => renew(step);
    }
}
