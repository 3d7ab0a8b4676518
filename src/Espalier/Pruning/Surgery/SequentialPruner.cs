using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Surgery;

/// <summary>
/// The classic loop of Optimal Brain Surgeon on a small network (Hassibi and Stork 1993): delete the parameter that costs least, let the
/// others make up for it, retrain if asked to, and undo it and try the next one when the network is beyond what is tolerated; until none
/// can go.
/// </summary>
/// <remarks>
/// Only the training samples decide. Start from a minimum of the same objective (<see cref="FullBatchTrainer"/>): saliencies are
/// second-order terms, and where the gradient does not vanish, the first-order ones that they leave out are larger.
/// </remarks>
public sealed class SequentialPruner
{
    private readonly TrainableNetwork _network;
    private readonly Dataset _train;
    private readonly LossKind _loss;
    private readonly SequentialPruningOptions _options;
    private readonly FlatObjective _objective, _lossAlone;
    private readonly FlatNetwork _flat;
    private readonly DeletionRule _rule;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The network, which the run changes.</param>
    /// <param name="train">The samples that deletions are judged by and retraining learns from.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="options">All other choices.</param>
    /// <exception cref="EspalierException">
    /// A layer is not dense, the data or the loss do not fit the network, the network is too large for the order, an option is out of its
    /// range, or nothing says when to stop.
    /// </exception>
    public SequentialPruner(TrainableNetwork network, Dataset train, LossKind loss, SequentialPruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (!train.IsClassification && options.LargestLoss is null)
        {
            throw new EspalierException($"Data set '{train.Name}' has target values, not classes; say by LargestLoss when to stop.");
        }

        (_network, _train, _loss, _options) = (network, train, loss, options);
        _flat = new FlatNetwork(network);
        if (options.Order == DeletionOrder.OptimalBrainSurgeon) SurgeonRule.RequireSize(_flat);
        _objective = new FlatObjective(network, _flat, train, loss, options.Training.WeightDecay);
        _lossAlone = new FlatObjective(network, _flat, train, loss, weightDecay: 0);
        _rule = DeletionRule.Create(options.Order, options.Curvature);
    }

    /// <summary>Deletes parameters until none can go.</summary>
    /// <param name="progress">Told about every attempt, or null.</param>
    /// <param name="cancellation">Ends the run; the network then stands as the last deletion that stood left it.</param>
    /// <exception cref="EspalierException">The Hessian is singular.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public SequentialPruningLog Run(IProgress<SequentialPruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        Evaluation before = Evaluator.Evaluate(_network, _train, _loss, threads: 1);
        int start = _flat.LiveCount(_options.IncludeBiases);
        int? errors = _objective.CountErrors(_flat.Values);
        var log = new List<Deletion>();
        try
        {
            DeleteAll(errors, log, progress, cancellation);
        }
        finally
        {
            if (log.Exists(deletion => !deletion.IsUndone)) _flat.Write();
        }

        return new SequentialPruningLog(
            _options.Order, _options.IncludeBiases, start, _flat.LiveCount(_options.IncludeBiases), before,
            Evaluator.Evaluate(_network, _train, _loss, threads: 1), log);
    }

    private void DeleteAll(
        int? errorsAtStart, List<Deletion> log, IProgress<SequentialPruningProgress>? progress, CancellationToken cancellation)
    {
        // What the rule knows is worthless once the network has moved by more than the rule's own step.
        bool isStale = true;
        int sinceRefresh = 0, interval = 0;
        for (int deletions = 0; deletions < _options.MaxDeletions; deletions++)
        {
            if (isStale || sinceRefresh == interval)
            {
                _rule.Refresh(_flat, _objective, cancellation);
                (sinceRefresh, interval) = (0, _options.Curvature.Interval(_flat.LiveCount(_options.IncludeBiases)));
            }

            int[] candidates = _rule.Rank(_flat, _options.IncludeBiases);
            double before = _objective.Evaluate(_flat.Values, []);
            Deletion? deletion = null;
            foreach (int index in candidates.AsSpan(0, Math.Min(candidates.Length, _options.Attempts)))
            {
                cancellation.ThrowIfCancellationRequested();
                FlatNetwork trial = _flat.Clone();
                deletion = Try(trial, index, before, errorsAtStart, cancellation);
                log.Add(deletion);
                progress?.Report(new SequentialPruningProgress(
                    deletions + (deletion.IsUndone ? 0 : 1), _flat.LiveCount(_options.IncludeBiases), deletion));
                if (deletion.IsUndone) continue;
                _flat.CopyFrom(trial);
                _rule.Accept(index);
                break;
            }

            if (deletion is not { IsUndone: false }) return;
            isStale = deletion.AfterRetraining is not null || deletion.DeadParameters > 0;
            sinceRefresh++;
        }
    }

    private Deletion Try(FlatNetwork trial, int index, double before, int? errorsAtStart, CancellationToken cancellation)
    {
        double saliency = _rule.Saliency(trial, index);
        _rule.Delete(trial, index);
        int dead = _options.DropDeadUnits ? DeadUnitPass.Run(trial) : 0;
        double after = _objective.Evaluate(trial.Values, []);
        double? afterRetraining = null;
        int? errors = _objective.CountErrors(trial.Values);
        if (_options.Retraining == RetrainingTime.Always
            || (_options.Retraining == RetrainingTime.WhenNeeded && !IsTolerated(trial, errors, errorsAtStart)))
        {
            FullBatchOptions training = _options.Training;
            afterRetraining = FullBatchMinimizer.Minimize(
                _objective, trial, training.MaxIterations, training.GradientTolerance, cancellation).Value;
            errors = _objective.CountErrors(trial.Values);
        }

        (Parameter parameter, int place) = trial.Locate(index);
        return new Deletion(parameter.Name, place, saliency, before, after, afterRetraining, errors, dead,
            trial.LiveCount(_options.IncludeBiases), !IsTolerated(trial, errors, errorsAtStart));
    }

    private bool IsTolerated(FlatNetwork trial, int? errors, int? errorsAtStart) =>
        (errors is not int now || !ErrorTolerance.IsExceeded(errorsAtStart!.Value, now, _train.Count, _options.LargestErrorRise))
        && (_options.LargestLoss is null || _lossAlone.Evaluate(trial.Values, []) <= _options.LargestLoss);
}
