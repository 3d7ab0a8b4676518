using Espalier.Data;
using Espalier.Pruning.Budgets;
using Espalier.Pruning.Patterns;
using Espalier.Pruning.Sessions;
using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>
/// Prunes a network in place while it trains: every so many steps the mask grows along a schedule, then the survivors train
/// on under the last mask (Zhu and Gupta 2017). Global magnitude, the cubic schedule and Adam with a coupled weight decay of 1e-4
/// keep LeNet-300-100 on MNIST at its dense error with 8 % of its weights. The decay does not matter there (1.57 % with, 1.54 %
/// without), but further down: at 2.5 % of the weights 1.72 % with, 1.93 % without, 2.23 % when the dense network had none either
/// (one seed, 20 + 20 epochs).
/// </summary>
/// <remarks>
/// A run that keeps a session stands in its folder as the last epoch, or a cancellation between two steps, left it, and comes from there
/// to the bits of one that never stopped. Its rounds are in its log; the session itself has none.
/// </remarks>
public sealed class GradualPruner
{
    private const int RenewalsOfShortTraining = 40, MaxAutomaticInterval = 100;

    private readonly PruningSession? _session;
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

    /// <summary>Prepares a run that begins at the start of <paramref name="session"/>, or goes on where its gradual run stands.</summary>
    /// <param name="session">The session, without any round.</param>
    /// <param name="options">All choices; those of the run that is to go on.</param>
    /// <exception cref="EspalierException">The session was pruned in rounds, or an option is out of its range.</exception>
    public GradualPruner(PruningSession session, GradualPruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (session.Rounds.Count > 0)
        {
            throw new EspalierException("The session was pruned in rounds; a gradual run can begin at its start only, round 0.");
        }

        (_session, _stage, _options) = (session, session.Stage, options);
        _stage.RequireTraining(options.Training);
        if (options.FineTuning is not null) _stage.RequireTraining(options.FineTuning);
    }

    /// <summary>How the pattern was laid out in the last run; null before it and for single weights.</summary>
    public PatternLayout? Layout => _stage.Context.Layout;

    /// <summary>Trains and prunes to <paramref name="target"/>, then trains the survivors.</summary>
    /// <param name="target">A fraction or a number of weights, or a budget of the compiled model.</param>
    /// <param name="progress">Told about the training, round 1, and the fine-tuning, round 2; or null.</param>
    /// <param name="cancellation">Ends the run; the network then stands as the step under way left it.</param>
    /// <exception cref="EspalierException">
    /// The target is an error rise, or cannot be met, or the run that is to go on was begun by another recipe.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public PruningLog Run(PruningTarget target, IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        PruningStage.RequireOneCount(_options.Pattern, target);
        PruningSession session = _session ?? new PruningSession(_stage);
        var recipe = GradualRecipe.Of(target, _options);
        Checkpoint? checkpoint = session.TrainingPath is { } path && File.Exists(path) ? Checkpoint.Load(path) : null;
        GradualState? kept = checkpoint is null ? null : GoOn(session.TrainingPath!, recipe, checkpoint);

        // A run that goes on lays the pattern out anew, over the same start and so to the same slices and groups.
        session.LayOut(_options.Pattern, _options.Criterion, cancellation);
        GradualState state = kept ?? new GradualState(recipe, session.Network.LiveWeightCount, Aim(target, cancellation), [], []);
        if (_options.SessionFolder is { } folder)
        {
            session.Save(folder);
            session.TrainingPath = SessionFolder.TrainingPath(folder);
        }

        int phases = _options.FineTuning is null ? 1 : 2;
        progress?.Report(new PruningProgress(1, phases, state.WeightsAtStart, null));
        if (!state.IsFineTuning)
        {
            TrainAndPrune(state, checkpoint, (target as PruningTarget.Compiled)?.Limit,
                TrainingRelay.To(progress, _stage.Network, 1, phases), cancellation);
            (state.IsFineTuning, checkpoint) = (true, null);
        }

        List<PruningRound> rounds = state.Rounds;
        Evaluation after;
        if (_options.FineTuning is TrainingOptions fineTuning)
        {
            Trainer trainer = Prepare(fineTuning, checkpoint);
            trainer.Hook = new GradualHook(state, null);
            int epochs = trainer.Run(TrainingRelay.To(progress, _stage.Network, 2, phases), cancellation).History.Count;
            after = _stage.Evaluate();
            if (rounds.Count > 0) rounds[^1] = rounds[^1] with { AfterRetraining = after, RetrainingEpochs = epochs };
        }
        else
        {
            after = _stage.Evaluate();
        }

        return new PruningLog(_options.Criterion.Name, _options.Scope.ToString(), _options.Schedule.ToString(), _stage.MeasuredOn,
            state.WeightsAtStart, _stage.Network.LiveWeightCount, session.Start, after, rounds)
        {
            Pattern = _stage.PatternName,
            Target = target.ToString(),
            Loss = _stage.Context.Loss,
            Seed = _options.Training.Seed,
        };
    }

    private static GradualState GoOn(string path, GradualRecipe recipe, Checkpoint checkpoint)
    {
        var state = GradualState.Of(path, checkpoint);
        state.Recipe.RequireSame(recipe);
        return state;
    }

    private Trainer Prepare(TrainingOptions options, Checkpoint? checkpoint)
    {
        string? path = _options.SessionFolder is { } folder ? SessionFolder.TrainingPath(folder) : null;
        var trainer = new Trainer(_stage.Network, _stage.Train, _stage.Validation, options) { CheckpointPath = path };
        if (checkpoint is not null) trainer.Restore(checkpoint);
        return trainer;
    }

    // Training changes which weights stay, and so how many fit: the schedule leaves some to spare for the count that is settled at its end.
    private int Aim(PruningTarget target, CancellationToken cancellation)
    {
        const double Spare = 1.05;
        int live = _stage.Network.LiveWeightCount;
        return target switch
        {
            PruningTarget.Kept or PruningTarget.Pattern => _stage.CountOf(target),
            PruningTarget.Compiled compiled => Math.Min(live, (int)Math.Ceiling(Spare * CountFor(compiled.Limit, cancellation))),
            _ => throw new EspalierException(
                "Gradual pruning goes to a number of weights, bytes or nanoseconds; prune in rounds to go to an error rise."),
        };
    }

    private int CountFor(CostLimit limit, CancellationToken cancellation) =>
        new CostBudget(_stage.Context, limit, keep => new RemovalBudget(keep, _options.Scope), least: 1)
            .Find(_options.Criterion, cancellation);

    private void TrainAndPrune(
        GradualState state, Checkpoint? checkpoint, CostLimit? limit, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        Trainer trainer = Prepare(_options.Training, checkpoint);
        double steps = (double)trainer.StepsPerEpoch * _options.Training.Epochs;
        long interval = _options.Interval > 0 ? _options.Interval
            : (long)Math.Clamp(steps / RenewalsOfShortTraining, 1, MaxAutomaticInterval);
        trainer.Hook = new GradualHook(state, step =>
        {
            int keep = _options.Schedule.WeightsAt(step / steps, state.WeightsAtStart, state.WeightsAtEnd);
            if (step % interval == 0 && Renew(state.Rounds, keep, cancellation)) state.Renewals.Add(step);
        });
        trainer.Run(progress, cancellation);

        // The end of an epoch shows what the network is worth with the weights that the last round before it left.
        List<PruningRound> rounds = state.Rounds;
        foreach (EpochRecord epoch in trainer.History)
        {
            int last = state.Renewals.FindLastIndex(step => step < (long)epoch.Epoch * trainer.StepsPerEpoch);
            if (last >= 0) rounds[last] = rounds[last] with { AfterRetraining = epoch.Validation };
        }

        // What the schedule leaves to its very end has no more step of training to go before.
        Evaluation trained = _stage.Evaluate();
        int end = limit is not null ? CountFor(limit, cancellation) : state.WeightsAtEnd;
        if (Renew(rounds, end, cancellation)) rounds[^1] = rounds[^1] with { Before = trained, AfterPruning = _stage.Evaluate() };
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

    /// <summary>
    /// Renews the mask before a step while weights go, and keeps where the run stands in the checkpoints of both trainings.
    /// </summary>
    private sealed class GradualHook(GradualState state, Action<long>? renew) : TrainingHook
    {
        public override string Memory => state.ToJson();

        public override void BeforeStep(long step) => renew?.Invoke(step);
    }
}
