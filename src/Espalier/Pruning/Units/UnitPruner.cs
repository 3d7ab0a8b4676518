using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Units;

/// <summary>
/// Removes whole units in rounds: score, remove the lowest, retrain if asked to, again (Wolfe et al. 2016, Algorithms I and II; for filters
/// Molchanov et al. 2017). Units of dense layers and filters of convolutions are ranked together. The network keeps its
/// shape, with all weights of a removed unit masked; the compiler leaves such units out, and <see cref="NetworkShrinker"/> makes a smaller
/// network without them.
/// </summary>
public sealed class UnitPruner
{
    private readonly PruningStage _stage;
    private readonly UnitPruningOptions _options;
    private readonly UnitLayers _layers;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The network, which the run changes.</param>
    /// <param name="train">What criteria look at and retraining learns from.</param>
    /// <param name="validation">What the log and a target judge by; null for the training part. Never a test set.</param>
    /// <param name="loss">The loss that criteria predict and evaluations report.</param>
    /// <param name="options">All other choices.</param>
    /// <exception cref="EspalierException">
    /// The data do not fit the network, its units cannot be removed, or an option is out of its range.
    /// </exception>
    public UnitPruner(TrainableNetwork network, Dataset train, Dataset? validation, LossKind loss, UnitPruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_layers, _options) = (new UnitLayers(network), options);
        _stage = new PruningStage(network, train, validation, loss, options.Retraining);
    }

    /// <summary>
    /// Removes units until <paramref name="target"/> is met, every layer is at its minimum, or, where outlying units leave, there is none.
    /// </summary>
    /// <param name="target">When enough units have left.</param>
    /// <param name="progress">Told about every round and retraining step, or null.</param>
    /// <param name="cancellation">Ends the run; the network then stands as the last whole round left it.</param>
    /// <exception cref="EspalierException">The target cannot be met; the network is unchanged then.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public UnitPruningLog Run(UnitTarget target, IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        bool[][] live = Live();
        int unitsBefore = Count(live), least = Least(target, live), units = unitsBefore;
        int? most = Rounds(target, unitsBefore - least);
        Evaluation before = _stage.Evaluate(), now = before;
        _ = target.IsBeyond(before, before);
        var rounds = new List<UnitPruningRound>();
        UnitQueue? queue = null;
        while (units > least && rounds.Count < target.MostRounds)
        {
            var snapshot = new NetworkSnapshot(_stage.Network);
            try
            {
                progress?.Report(new PruningProgress(rounds.Count + 1, most, _stage.Network.LiveWeightCount, null));
                if (queue is null || _options.Ranking == UnitRanking.EachRound) queue = Rank(cancellation);
                UnitPruningRound round = RunRound(queue, rounds.Count + 1, most, units, least, now, progress, cancellation);
                if (round.Removed.Count == 0) break;
                bool isBeyond = target.IsBeyond(before, round.After);
                rounds.Add(round with { IsTakenBack = isBeyond });
                if (isBeyond)
                {
                    snapshot.Restore(_stage.Network);
                    break;
                }
            }
            catch
            {
                snapshot.Restore(_stage.Network);
                throw;
            }

            (units, now) = (rounds[^1].UnitsAfter, rounds[^1].After);
        }

        return new UnitPruningLog(
            _options.Criterion.Name, _options.Ranking.ToString(), _stage.MeasuredOn, unitsBefore, units, before, now, rounds);
    }

    /// <summary>The most rounds that there can be, or null when nobody knows.</summary>
    private int? Rounds(UnitTarget target, int spare)
    {
        if (_options.Choice == UnitChoice.Outlying) return target.MostRounds == int.MaxValue ? null : target.MostRounds;
        return Math.Min(target.MostRounds, (spare + _options.UnitsPerRound - 1) / _options.UnitsPerRound);
    }

    private UnitQueue Rank(CancellationToken cancellation)
    {
        double[][] scores = _options.Criterion.Score(_stage.Context, _options.PruneInputs, cancellation);
        return new UnitQueue(
            scores, Live(), _options.MinimumUnits, _options.Choice, _options.Outliers, _options.PerWeight ? _layers.LiveWeights : null);
    }

    private UnitPruningRound RunRound(
        UnitQueue queue, int number, int? most, int units, int least, Evaluation before,
        IProgress<PruningProgress>? progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        bool withTwins = _options.Twins != UnitTwins.Ignore;
        UnitMoments? moments =
            withTwins || _options.FoldMeans ? UnitMoments.Measure(_stage.Context, _layers, withTwins, cancellation) : null;
        bool[][] live = Live();
        var removed = new List<RemovedUnit>();
        int count = Math.Min(_options.Choice == UnitChoice.Outlying ? int.MaxValue : _options.UnitsPerRound, units - least);
        while (removed.Count < count && queue.Take() is (UnitId unit, double score))
        {
            live[unit.Layer][unit.Unit] = false;
            removed.Add(new RemovedUnit(unit, score, Leave(unit, live, moments, queue)));
        }

        Evaluation afterPruning = _stage.Evaluate();
        Evaluation? afterRetraining = null;
        if (removed.Count > 0 && _options.Retraining is TrainingOptions retraining)
        {
            var state = new PruningProgress(number, most, _stage.Network.LiveWeightCount, null);
            _stage.Retrain(retraining, number, TrainingRelay.To(progress, state), cancellation);
            afterRetraining = _stage.Evaluate();
        }

        double? predicted = _options.Criterion.PredictsLoss ? removed.Sum(one => one.Score) : null;
        return new UnitPruningRound(
            number, removed, units - removed.Count, predicted, before, afterPruning, afterRetraining, IsTakenBack: false);
    }

    /// <summary>Removes a unit, and lets others take its part over where the options say so.</summary>
    /// <returns>The twin that took it over, or null.</returns>
    private int? Leave(UnitId unit, bool[][] live, UnitMoments? moments, UnitQueue queue)
    {
        int[] twins = _options.Twins == UnitTwins.Ignore || unit.Layer == 0 ? [] :
        [
            .. Enumerable.Range(0, live[unit.Layer].Length)
                .Where(other => live[unit.Layer][other] && Math.Abs(moments!.Correlation(unit, other)) >= _options.TwinCorrelation),
        ];
        if (_options.Twins == UnitTwins.Merge && twins.Length > 0)
        {
            int twin = twins.MaxBy(other => Math.Abs(moments!.Correlation(unit, other)));
            (double scale, double offset) = moments!.Fit(unit, twin);
            if (_layers.TryAbsorb(unit, twin, (float)scale, (float)offset)) return twin;
        }

        foreach (int twin in twins) queue.HoldBack(unit with { Unit = twin });
        if (!_options.FoldMeans || !_layers.TryAbsorb(unit, null, 0, moments!.Means(unit))) _layers.Remove(unit);
        return null;
    }

    /// <summary>The units that may leave and have not.</summary>
    private bool[][] Live()
    {
        bool[][] live = _layers.Live();
        if (!_options.PruneInputs) live[0] = [];
        return live;
    }

    private static int Count(bool[][] live) => live.Sum(layer => layer.AsSpan().Count(true));

    private int Least(UnitTarget target, bool[][] live)
    {
        int all = live.Sum(layer => layer.Length), units = Count(live), wanted = target.Least(all);
        int minimum = live.Sum(layer => Math.Min(_options.MinimumUnits, layer.AsSpan().Count(true)));
        if (all == 0) throw new EspalierException($"Network '{_stage.Network.Name}' has no hidden layer; there is no unit to remove.");
        if (wanted > units)
        {
            throw new EspalierException(
                $"{wanted} units are to be kept, but only {units} of {all} are left; pruning never revives any. Ask for fewer.");
        }

        if (wanted > 0 && wanted < minimum)
        {
            throw new EspalierException($"{wanted} units are to be kept, but every layer keeps {_options.MinimumUnits}, {minimum} in all; "
                + "ask for more, or lower the minimum.");
        }

        return Math.Max(wanted, minimum);
    }
}
