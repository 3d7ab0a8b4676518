using Espalier.Data;
using Espalier.Pruning.Budgets;
using Espalier.Pruning.Sessions;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Pruning;

/// <summary>
/// Prunes a network in place in rounds: remove weights, retrain the rest, again. One round is one-shot pruning. Removed weights
/// are +0 and frozen; no training revives them. The same seed gives the same bits, and so does a run that was stopped and goes on from the
/// folder of its session.
/// </summary>
public sealed class Pruner
{
    /// <summary>A search starts by halving the network and gives up once it would remove less than this part of it.</summary>
    private const double FirstCut = 0.5, LeastCut = 0.04;

    /// <summary>A search ends here at the latest; its depths are what the first cut can be halved to.</summary>
    private const int MaxSearchRounds = 60, SearchDepths = 4;

    /// <summary>How often a model that outgrew its budget in retraining is cut again.</summary>
    private const int MaxTrims = 5;

    private readonly PruningSession? _session;
    private readonly PruningStage _stage;
    private readonly PruningOptions _options;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The network, which the run changes.</param>
    /// <param name="train">What criteria look at and retraining learns from.</param>
    /// <param name="validation">What the log and a search judge by; null for the training part. Never a test set.</param>
    /// <param name="loss">The loss that evaluations report and retraining minimises.</param>
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

    /// <summary>Prepares a run that goes on where <paramref name="session"/> stands.</summary>
    /// <param name="session">
    /// The session; with the options of the run that made it, the run comes to the bits it would have come to.
    /// </param>
    /// <param name="options">All choices.</param>
    /// <exception cref="EspalierException">An option is out of its range.</exception>
    public Pruner(PruningSession session, PruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_session, _stage, _options) = (session, session.Stage, options);
        if (options.Retraining is not null) _stage.RequireTraining(options.Retraining);
    }

    /// <summary>Prunes to <paramref name="target"/>.</summary>
    /// <param name="target">When the network is small enough.</param>
    /// <param name="progress">Told about every round and retraining step, or null.</param>
    /// <param name="cancellation">Ends the run; the network then stands as the last finished round left it.</param>
    /// <exception cref="EspalierException">The target cannot be met, or a search lacks a validation part.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public PruningLog Run(PruningTarget target, IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        PruningStage.RequireOneCount(_options.Pattern, target);
        cancellation.ThrowIfCancellationRequested();
        PruningSession session = _session ?? new PruningSession(_stage);
        session.LayOut(_options.Pattern, _options.Criterion, cancellation);
        var rounds = new RoundRunner(session, _options, progress, cancellation);
        if (target is PruningTarget.Tolerance tolerance) Search(rounds, tolerance.Points);
        else if (target is PruningTarget.Compiled compiled) RunToCost(rounds, compiled.Limit);
        else RunToCount(rounds, _stage.CountOf(target));
        string schedule = target is PruningTarget.Tolerance ? "Search" : _options.Schedule.ToString();
        return session.ToLog(_options.Allocation?.Name ?? _options.Scope.ToString(), schedule) with
        {
            Criterion = _options.Criterion.Name,
            Target = target.ToString(),
            Seed = _options.Retraining?.Seed,
        };
    }

    private void RunToCount(RoundRunner rounds, int end)
    {
        int done = rounds.Session.StandingRounds, all = Math.Max(_options.Rounds, done + (end < rounds.Live ? 1 : 0));
        for (int round = done + 1; round <= all; round++) rounds.Run(all, Weights(rounds, round, end));
    }

    // The last round settles the count, with the network that it finds; until then the schedule goes by what the first one seems to need.
    private void RunToCost(RoundRunner rounds, CostLimit limit)
    {
        int done = rounds.Session.StandingRounds, all = Math.Max(_options.Rounds, done + (rounds.CostOf(limit) > limit.Most ? 1 : 0));
        int end = all == 1 ? rounds.Live : rounds.EstimateCount(limit);
        for (int round = done + 1; round <= all; round++)
        {
            rounds.Run(all, round == all ? rounds.CountFor(limit) : Weights(rounds, round, end));
        }

        for (int trim = 1; trim <= MaxTrims && rounds.CostOf(limit) > limit.Most; trim++) rounds.Run(all + trim, rounds.CountFor(limit));
        if (rounds.CostOf(limit) > limit.Most)
        {
            throw new EspalierException(
                $"The compiled model still takes {limit.Cost.Words(rounds.CostOf(limit))}, " +
                $"above {limit.Cost.Words(limit.Most)}, after {MaxTrims} cuts; allow more or prune without retraining.");
        }
    }

    private int Weights(RoundRunner rounds, int round, int end)
    {
        int start = rounds.Session.WeightsAtStart;
        return Math.Min(rounds.Live, _options.Schedule.WeightsAt((double)round / _options.Rounds, start, end));
    }

    // Cuts deeper and deeper; a cut that costs too much is taken back and tried again at half its depth. How deep it is now follows from
    // the cuts that were taken back so far.
    private static void Search(RoundRunner rounds, double points)
    {
        PruningSession session = rounds.Session;
        if (session.Validation is null)
        {
            throw new EspalierException("Pruning to an error rise needs a validation part to judge by; set some training samples aside.");
        }

        if (session.Start.Errors is null)
        {
            throw new EspalierException("Pruning to an error rise needs classes; this set has target values. Give a number of weights.");
        }

        while (session.Rounds.Count < MaxSearchRounds)
        {
            int takenBack = session.Rounds.Count(round => round.IsTakenBack);
            double cut = FirstCut * Math.Pow(0.5, takenBack);
            int keep = Math.Min(rounds.Live - 1, (int)(rounds.Live * (1 - cut)));
            if (cut < LeastCut || keep < rounds.Least) break;
            rounds.Run(null, keep, (double)takenBack / SearchDepths, after =>
                ErrorTolerance.IsExceeded(session.Start.Errors.Value, after.Errors!.Value, after.Count, points));
        }
    }
}
