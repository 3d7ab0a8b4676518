using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;

namespace Espalier.Pruning.Lottery;

/// <summary>
/// Iterative magnitude pruning with rewinding (Frankle and Carbin 2019): train, remove a part of each layer's weights, put the survivors
/// back to the values they had at the start, again. What trains well from there is a winning ticket. A run can be stopped between rounds,
/// in which <see cref="Origin"/> and the network are all there is, and taken up by <see cref="Resume"/>.
/// </summary>
public sealed class LotteryTicket
{
    private readonly PruningStage _stage;
    private readonly LotteryTicketOptions _options;
    private readonly List<PruningRound> _rounds = [];
    private NetworkSnapshot _origin;
    private int _roundsDone;
    private bool _isTrained;
    private int _weightsBefore;
    private Evaluation? _before, _last;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The network at its starting weights, which the run changes.</param>
    /// <param name="train">What it learns from.</param>
    /// <param name="validation">What the log judges by; null for the training part. Never a test set.</param>
    /// <param name="options">All other choices.</param>
    /// <exception cref="EspalierException">The data do not fit the network, or an option is out of its range.</exception>
    public LotteryTicket(TrainableNetwork network, Dataset train, Dataset? validation, LotteryTicketOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _stage = new PruningStage(network, train, validation, options.Training.Loss, options.Training);
        long steps = (long)new Trainer(network, train, null, options.Training).StepsPerEpoch * options.Training.Epochs;
        if (options.RewindStep >= steps)
        {
            throw new EspalierException(
                $"Lottery ticket option RewindStep is {options.RewindStep}, but a training has {steps} steps; give an earlier one.");
        }

        _options = options;
        _origin = new NetworkSnapshot(network);
        Origin = network.ToNetwork();
    }

    /// <summary>The network under the run: after a round, trained.</summary>
    public TrainableNetwork Network => _stage.Network;

    /// <summary>What survivors go back to: the starting weights, or once the dense network is trained those at the rewind step.</summary>
    public Network Origin { get; private set; }

    /// <summary>Takes up a run that was stopped after a round.</summary>
    /// <param name="origin"><see cref="Origin"/> of the run, once its dense network was trained.</param>
    /// <param name="trained">The network after the last round; its zeros are the mask.</param>
    /// <param name="roundsDone">The number of rounds done, 0 after the dense training.</param>
    /// <param name="train">The same training samples as before.</param>
    /// <param name="validation">The same validation samples as before, or null.</param>
    /// <param name="options">The same choices as before.</param>
    /// <exception cref="EspalierException">The two networks are not of one shape, or as for a new run.</exception>
    public static LotteryTicket Resume(
        Network origin, Network trained, int roundsDone, Dataset train, Dataset? validation, LotteryTicketOptions options)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentOutOfRangeException.ThrowIfNegative(roundsDone);
        TrainableNetwork network = TrainableNetwork.FromNetwork(origin),
            masked = TrainableNetwork.FromNetwork(trained, freezeZeros: roundsDone > 0);
        if (!network.Parameters.Select(Shape).SequenceEqual(masked.Parameters.Select(Shape)))
        {
            throw new EspalierException($"Networks '{origin.Name}' and '{trained.Name}' are not of one shape; give two of the same run.");
        }

        var ticket = new LotteryTicket(network, train, validation, options);
        new NetworkSnapshot(masked).Restore(network);
        (ticket._isTrained, ticket._roundsDone) = (true, roundsDone);
        return ticket;

        static (int, int) Shape(Parameter parameter) => (parameter.Rows, parameter.Columns);
    }

    /// <summary>Trains the network as it is given: the first thing to do, unless the run is taken up.</summary>
    /// <param name="progress">Told about the training, or null.</param>
    /// <param name="cancellation">Ends the training; the network is then as it was.</param>
    /// <returns>How it does then.</returns>
    /// <exception cref="InvalidOperationException">It is trained.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public Evaluation TrainDense(IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (_isTrained) throw new InvalidOperationException("The dense network is trained.");
        CaptureHook? capture = _options.RewindStep == 0 ? null : new CaptureHook(Network, _options.RewindStep);
        try
        {
            Train(0, capture, progress, cancellation);
        }
        catch
        {
            _origin.Restore(Network);
            throw;
        }

        if (capture is not null) (_origin, Origin) = (capture.Snapshot!, capture.Captured!);
        _isTrained = true;
        return _stage.Evaluate();
    }

    /// <summary>Removes weights, puts the survivors back, and trains them.</summary>
    /// <param name="progress">Told about the training, or null.</param>
    /// <param name="cancellation">Ends the round; the network is then as it was before it.</param>
    /// <exception cref="InvalidOperationException">The dense network is not trained.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public PruningRound RunRound(IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (!_isTrained) throw new InvalidOperationException("The dense network is to be trained first.");
        BeginLog();
        int round = _roundsDone + 1;
        Evaluation before = _last!;
        var snapshot = new NetworkSnapshot(Network);
        try
        {
            (LayerPruning[] layers, Removal removal) = _stage.Prune(_options.Criterion, RemovalBudget.PerLayer(NextCounts()), cancellation);
            Evaluation afterPruning = _stage.Evaluate();
            PutBack(round);
            int epochs = Train(round, null, progress, cancellation);
            _last = _stage.Evaluate();
            _roundsDone = round;
            _rounds.Add(new PruningRound(round, layers, removal.Threshold, removal.PredictedLossChange, before, afterPruning,
                _last, epochs, IsTakenBack: false));
            return _rounds[^1];
        }
        catch
        {
            snapshot.Restore(Network);
            throw;
        }
    }

    /// <summary>Does all rounds that are left, after the dense training when that is left too.</summary>
    /// <param name="progress">Told about every training, or null.</param>
    /// <param name="cancellation">Ends the run; the network is then as the last whole round left it.</param>
    /// <returns>What happened since this run began, or was taken up; a round is measured once pruned and once trained again.</returns>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public PruningLog Run(IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (!_isTrained) TrainDense(progress, cancellation);
        BeginLog();
        while (_roundsDone < _options.Rounds) RunRound(progress, cancellation);
        return new PruningLog(_options.Criterion.Name, nameof(PruningScope.PerLayer), _options.Start.ToString(), _stage.MeasuredOn,
            _weightsBefore, Network.LiveWeightCount, _before!, _last!, [.. _rounds]);
    }

    private void BeginLog()
    {
        if (_before is not null) return;
        _before = _last = _stage.Evaluate();
        _weightsBefore = Network.LiveWeightCount;
    }

    private int[] NextCounts()
    {
        IReadOnlyList<Parameter> layers = Network.PrunableParameters;
        return
        [
            .. layers.Select((layer, i) =>
            {
                double part = i == layers.Count - 1 ? _options.RemovedFractionOfOutput : _options.RemovedFraction;
                int live = layer.LiveCount;
                return Math.Max(Math.Min(live, 1), live - (int)Math.Round(part * live, MidpointRounding.AwayFromZero));
            }),
        ];
    }

    /// <summary>Gives survivors the values to start from; removed weights stay +0.</summary>
    private void PutBack(int round)
    {
        uint[]?[] masks = [.. Network.Parameters.Select(parameter => (uint[]?)parameter.Mask?.Clone())];
        _origin.Restore(Network);
        if (_options.Start == TicketStart.Reinitialize) Initializer.Fill(Network, new SeededRandom(_options.Training.Seed + (ulong)round));
        for (int i = 0; i < masks.Length; i++)
        {
            if (masks[i] is uint[] mask) Network.Parameters[i].Freeze(mask);
        }
    }

    private int Train(int round, TrainingHook? hook, IProgress<PruningProgress>? progress, CancellationToken cancellation)
    {
        TrainingOptions training = _options.Training with { Seed = _options.Training.Seed + (ulong)round };
        var trainer = new Trainer(
            Network, _stage.Train, training.EarlyStopping is null ? null : _stage.Validation, training) { Hook = hook };
        var state = new PruningProgress(round + 1, _options.Rounds + 1, Network.LiveWeightCount, null);
        progress?.Report(state);
        return trainer.Run(TrainingRelay.To(progress, state), cancellation).History.Count;
    }

    /// <summary>Keeps the values that stand at a step.</summary>
    private sealed class CaptureHook(TrainableNetwork network, long at) : TrainingHook
    {
        public NetworkSnapshot? Snapshot { get; private set; }

        public Network? Captured { get; private set; }

        public override void BeforeStep(long step)
        {
            if (step == at) (Snapshot, Captured) = (new NetworkSnapshot(network), network.ToNetwork());
        }
    }
}
