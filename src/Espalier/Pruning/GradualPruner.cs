using Espalier.Data;
using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>
/// Prunes a network in place while it trains: every so many steps the mask grows along a schedule, then the survivors train
/// on under the last mask (Zhu and Gupta 2017). Global magnitude, the cubic schedule and Adam with a coupled weight decay of 1e-4
/// to 2e-4 keep LeNet-300-100 on MNIST at its dense error with a twelfth of its weights; without the decay it loses.
/// </summary>
public sealed class GradualPruner
{
    private readonly PruningStage _stage;
    private readonly GradualPruningOptions _options;
    private readonly List<PruningRound> _rounds = [];

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
        _stage = new PruningStage(network, train, validation, options.Training.Loss);
        _options = options;
    }

    /// <summary>Trains and prunes to <paramref name="target"/>, then trains the survivors.</summary>
    /// <param name="target">A fraction or a number of weights.</param>
    /// <param name="progress">Told about every training step's progress, or null.</param>
    /// <param name="cancellation">Ends the run; the network then stands as the step under way left it.</param>
    /// <exception cref="EspalierException">The target is an error rise, or cannot be met.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public PruningLog Run(PruningTarget target, IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (target is not PruningTarget.Kept kept)
        {
            throw new EspalierException("Gradual pruning goes to a fraction or a number of weights; prune in rounds to go to an error rise.");
        }

        TrainableNetwork network = _stage.Network;
        int start = network.LiveWeightCount, end = kept.CountOf(network.WeightCount, start), phases = _options.FineTuning is null ? 1 : 2;
        Evaluation before = _stage.Evaluate();
        _rounds.Clear();

        long steps = 0;
        var trainer = new Trainer(network, _stage.Train, _stage.Validation, _options.Training)
        {
            BeforeStep = step =>
            {
                if (step % _options.Interval == 0) Renew(_options.Schedule.WeightsAt((double)step / steps, start, end));
            },
        };
        steps = (long)trainer.StepsPerEpoch * _options.Training.Epochs;
        trainer.Run(Relay(progress, 1, phases), cancellation);
        Renew(end);
        Evaluation afterPruning = _stage.Evaluate();

        int epochs = 0;
        if (_options.FineTuning is TrainingOptions fineTuning)
        {
            epochs = new Trainer(network, _stage.Train, _stage.Validation, fineTuning).Run(Relay(progress, 2, phases), cancellation).History.Count;
        }

        Evaluation after = _stage.Evaluate();
        if (_rounds.Count > 0) _rounds[^1] = _rounds[^1] with { AfterPruning = afterPruning, AfterRetraining = epochs == 0 ? null : after, RetrainingEpochs = epochs };
        return new PruningLog(_options.Criterion.Name, _options.Scope.ToString(), _options.Schedule.ToString(), _stage.Judge.Name,
            start, network.LiveWeightCount, before, after, _rounds);
    }

    private void Renew(int keep)
    {
        if (keep >= _stage.Network.LiveWeightCount) return;
        (LayerPruning[] layers, float? threshold) = _stage.Prune(_options.Criterion, _options.Scope, keep);
        _rounds.Add(new PruningRound(_rounds.Count + 1, layers, threshold, null, null, null, null, 0, IsTakenBack: false));
    }

    private TrainingRelay? Relay(IProgress<PruningProgress>? progress, int phase, int phases) =>
        progress is null ? null : new TrainingRelay(value => progress.Report(new PruningProgress(phase, phases, _stage.Network.LiveWeightCount, value)));
}
