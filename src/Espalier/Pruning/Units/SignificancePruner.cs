using Espalier.Data;
using Espalier.Pruning.Units.Criteria;
using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>
/// N2PS (reconstruction): after Augasta and Kathirvalavakumar (2011), whose exact rules could not be read. Layer by layer, the inputs
/// first, all units whose <see cref="SignificanceCriterion"/> is below a threshold leave, their means go into the biases that follow, and
/// the rest is retrained. Where the error rises too far that is undone. When no layer has lost any, the threshold is halved; when it is too
/// low to tell, the run ends.
/// </summary>
public sealed class SignificancePruner
{
    /// <summary>A run ends here at the latest.</summary>
    private const int MaxRounds = 200;

    private readonly PruningStage _stage;
    private readonly SignificancePruningOptions _options;
    private readonly UnitLayers _layers;
    private readonly UnitTarget _target;
    private readonly SignificanceCriterion _criterion = new();

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The network, which the run changes.</param>
    /// <param name="train">What significance is measured on and retraining learns from: classes.</param>
    /// <param name="validation">What decides on each removal; null for the training part. Never a test set.</param>
    /// <param name="options">All other choices.</param>
    /// <exception cref="EspalierException">
    /// The data do not fit the network or have no classes, its units cannot be removed, or an option is out of its range.
    /// </exception>
    public SignificancePruner(TrainableNetwork network, Dataset train, Dataset? validation, SignificancePruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_layers, _options, _target) = (new UnitLayers(network), options, UnitTarget.ErrorRise(options.ErrorRise));
        _stage = new PruningStage(network, train, validation, options.Retraining.Loss, options.Retraining);
    }

    /// <summary>Removes inputs and hidden units for as long as the error allows.</summary>
    /// <param name="progress">Told about every round and retraining step, or null.</param>
    /// <param name="cancellation">Ends the run; the network then stands as the last good round left it.</param>
    /// <returns>The log, a round for each attempt; inputs count as units.</returns>
    /// <exception cref="EspalierException">The set has target values instead of classes.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public UnitPruningLog Run(IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        Evaluation before = _stage.Evaluate(), now = before;
        _ = _target.IsBeyond(before, before);
        int unitsBefore = LiveCount();
        var rounds = new List<UnitPruningRound>();
        for (double threshold = _options.Threshold; threshold >= _options.LeastThreshold;)
        {
            bool isAnyRemoved = false;
            for (int layer = 0; layer < _layers.Count && rounds.Count < MaxRounds; layer++)
            {
                RemovedUnit[] candidates = Candidates(layer, threshold, cancellation);
                if (candidates.Length == 0) continue;
                UnitPruningRound round = Try(candidates, rounds.Count + 1, before, now, progress, cancellation);
                rounds.Add(round);
                if (round.IsTakenBack) continue;
                (now, isAnyRemoved) = (round.After, true);
            }

            if (!isAnyRemoved) threshold /= 2;
        }

        return new UnitPruningLog(
            _criterion.Name, nameof(UnitRanking.EachRound), _stage.MeasuredOn, unitsBefore, LiveCount(), before, now, rounds);
    }

    private int LiveCount() => _layers.Live().Sum(layer => layer.AsSpan().Count(true));

    /// <summary>The living units of a layer below the threshold, lowest first, as far as the layer can do without them.</summary>
    private RemovedUnit[] Candidates(int layer, double threshold, CancellationToken cancellation)
    {
        double[] scores = _criterion.Score(_stage.Context, withInputs: layer == 0, cancellation)[layer];
        bool[] live = _layers.Live()[layer];
        return
        [
            .. Enumerable.Range(0, scores.Length).Where(unit => live[unit] && scores[unit] < threshold).OrderBy(unit => scores[unit])
                .Take(live.AsSpan().Count(true) - _options.MinimumUnits)
                .Select(unit => new RemovedUnit(new UnitId(layer, unit), scores[unit], null)),
        ];
    }

    private UnitPruningRound Try(
        RemovedUnit[] candidates, int number, Evaluation start, Evaluation before,
        IProgress<PruningProgress>? progress, CancellationToken cancellation)
    {
        var snapshot = new NetworkSnapshot(_stage.Network);
        try
        {
            UnitMoments moments = UnitMoments.Measure(_stage.Context, _layers, withCovariances: false, cancellation);
            foreach (RemovedUnit candidate in candidates)
            {
                if (!_layers.TryAbsorb(candidate.Unit, null, 0, moments.Means(candidate.Unit))) _layers.Remove(candidate.Unit);
            }

            var state = new PruningProgress(number, MaxRounds, _stage.Network.LiveWeightCount, null);
            progress?.Report(state);
            Evaluation afterPruning = _stage.Evaluate();
            _stage.Retrain(_options.Retraining, number, TrainingRelay.To(progress, state), cancellation);
            Evaluation afterRetraining = _stage.Evaluate();
            int units = LiveCount();
            bool isBeyond = _target.IsBeyond(start, afterRetraining);
            if (isBeyond) snapshot.Restore(_stage.Network);
            return new UnitPruningRound(number, candidates, units, null, before, afterPruning, afterRetraining, isBeyond);
        }
        catch
        {
            snapshot.Restore(_stage.Network);
            throw;
        }
    }
}
