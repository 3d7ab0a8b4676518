using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Pruning;

/// <summary>
/// Prunes a network in place in rounds: remove weights, retrain the rest, again. One round is one-shot pruning. Removed weights
/// are +0 and frozen; no training revives them. The same seed gives the same bits.
/// </summary>
public sealed class Pruner
{
    /// <summary>A search starts by halving the network and gives up once it would remove less than this part of it.</summary>
    private const double FirstCut = 0.5, LeastCut = 0.04;

    /// <summary>A search ends here at the latest.</summary>
    private const int MaxSearchRounds = 60;

    private readonly PruningStage _stage;
    private readonly PruningOptions _options;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The network, which the run changes.</param>
    /// <param name="train">What criteria look at and retraining learns from.</param>
    /// <param name="validation">What the log and a search judge by; null for the training part. Never a test set.</param>
    /// <param name="loss">The loss that evaluations report.</param>
    /// <param name="options">All other choices.</param>
    /// <exception cref="EspalierException">The data do not fit the network, or an option is out of its range.</exception>
    public Pruner(TrainableNetwork network, Dataset train, Dataset? validation, LossKind loss, PruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _stage = new PruningStage(network, train, validation, loss, options.Retraining);
        _options = options;
    }

    /// <summary>Prunes to <paramref name="target"/>.</summary>
    /// <param name="target">When the network is small enough.</param>
    /// <param name="progress">Told about every round and retraining step, or null.</param>
    /// <param name="cancellation">
    /// Ends the run; the network then stands as the round under way left it, or, when it was to an error rise, as the last good round left
    /// it.
    /// </param>
    /// <exception cref="EspalierException">The target cannot be met, or a search lacks a validation part.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public PruningLog Run(PruningTarget target, IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        int start = _stage.Network.LiveWeightCount;
        Evaluation before = _stage.Evaluate();
        (string schedule, List<PruningRound> rounds) = target switch
        {
            PruningTarget.Kept kept =>
                (_options.Schedule.ToString(), RunRounds(kept.CountOf(_stage.Network.WeightCount, start), before, progress, cancellation)),
            PruningTarget.Tolerance tolerance => ("Search", Search(tolerance.Points, before, progress, cancellation)),
            _ => throw new ArgumentOutOfRangeException(nameof(target)),
        };
        return new PruningLog(_options.Criterion.Name, _options.Scope.ToString(), schedule, _stage.MeasuredOn,
            start, _stage.Network.LiveWeightCount, before, _stage.Evaluate(), rounds);
    }

    private List<PruningRound> RunRounds(int end, Evaluation before, IProgress<PruningProgress>? progress, CancellationToken cancellation)
    {
        int start = _stage.Network.LiveWeightCount;
        var rounds = new List<PruningRound>();
        for (int round = 1; round <= _options.Rounds; round++)
        {
            int keep = _options.Schedule.WeightsAt((double)round / _options.Rounds, start, end);
            rounds.Add(RunRound(round, _options.Rounds, keep, before, progress, cancellation));
            before = Last(rounds[^1]);
        }

        return rounds;
    }

    // Cuts deeper and deeper; a cut that costs too much is taken back and tried again at half its depth.
    private List<PruningRound> Search(double points, Evaluation dense, IProgress<PruningProgress>? progress, CancellationToken cancellation)
    {
        if (_stage.Validation is null)
        {
            throw new EspalierException("Pruning to an error rise needs a validation part to judge by; set some training samples aside.");
        }

        if (dense.Errors is null)
        {
            throw new EspalierException("Pruning to an error rise needs classes; this set has target values. Give a number of weights.");
        }

        var rounds = new List<PruningRound>();
        Evaluation before = dense;
        for (double cut = FirstCut; cut >= LeastCut && rounds.Count < MaxSearchRounds;)
        {
            int live = _stage.Network.LiveWeightCount, keep = Math.Min(live - 1, (int)(live * (1 - cut)));
            if (keep < 1) break;
            PruningRound round = TryRound(rounds.Count + 1, keep, before, dense, points, progress, cancellation);
            rounds.Add(round);
            if (round.IsTakenBack) cut /= 2;
            else before = Last(round);
        }

        return rounds;
    }

    // A round that is taken back when the error rises too far, or when it does not come to its end.
    private PruningRound TryRound(
        int number, int keep, Evaluation before, Evaluation dense, double points,
        IProgress<PruningProgress>? progress, CancellationToken cancellation)
    {
        var snapshot = new NetworkSnapshot(_stage.Network);
        try
        {
            PruningRound round = RunRound(number, MaxSearchRounds, keep, before, progress, cancellation);
            bool isTooFar = RisesBeyond(points, dense, Last(round));
            if (isTooFar) snapshot.Restore(_stage.Network);
            return round with { IsTakenBack = isTooFar };
        }
        catch
        {
            snapshot.Restore(_stage.Network);
            throw;
        }
    }

    // In whole errors and decimals: 0.8 percent is 0.1 points above 0.7, which binary fractions deny.
    private static bool RisesBeyond(double points, Evaluation dense, Evaluation pruned) =>
        100m * (pruned.Errors!.Value - dense.Errors!.Value) > (decimal)points * pruned.Count;

    private PruningRound RunRound(
        int round, int rounds, int keep, Evaluation before, IProgress<PruningProgress>? progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(new PruningProgress(round, rounds, keep, null));
        (LayerPruning[] layers, Removal removal) = _stage.Prune(_options.Criterion, _options.Scope, keep, cancellation);
        Evaluation afterPruning = _stage.Evaluate();
        Evaluation? afterRetraining = null;
        int epochs = 0;
        if (_options.Retraining is TrainingOptions retraining)
        {
            var relay = progress is null ? null : new TrainingRelay(value =>
                progress.Report(new PruningProgress(round, rounds, keep, value)));
            epochs = _stage.Retrain(retraining, round, relay, cancellation);
            afterRetraining = _stage.Evaluate();
        }

        return new PruningRound(round, layers, removal.Threshold, removal.PredictedLossChange, before, afterPruning, afterRetraining, epochs,
            IsTakenBack: false);
    }

    private static Evaluation Last(PruningRound round) => round.AfterRetraining ?? round.AfterPruning!;
}
