using Espalier.Data;
using Espalier.Pruning.Patterns;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Sessions;

/// <summary>
/// A network that is pruned in place round by round, with the way back: prune, retrain, undo, in any order that makes sense, each step
/// measured. Everything that prunes in rounds is built on it. A session can be kept in a folder and taken up again after any round, in
/// another process, to the same bits as if it had never stopped. A step that fails or is cancelled leaves the network as it was before it.
/// </summary>
public sealed class PruningSession
{
    /// <summary>The file of a session's folder that holds its log.</summary>
    public const string LogName = "session.json";

    // A later training of the same round starts from seeds that no other round begins with.
    private const int SeedsPerRound = 1_000_000;

    private readonly PruningStage _stage;
    private readonly List<PruningRound> _rounds = [];

    // The network at the start, then after each round that stands; the last one is what the network is now.
    private readonly List<NetworkSnapshot> _states = [];
    private string? _fingerprint;

    /// <summary>Begins a session.</summary>
    /// <param name="network">The network, which the session changes; nobody else may meanwhile.</param>
    /// <param name="train">What criteria look at and retraining learns from.</param>
    /// <param name="validation">What evaluations are of; null for the training part. Never a test set.</param>
    /// <param name="loss">The loss that evaluations report and retraining minimises.</param>
    /// <exception cref="EspalierException">The data do not fit the network.</exception>
    public PruningSession(TrainableNetwork network, Dataset train, Dataset? validation, LossKind loss)
        : this(new PruningStage(
            network ?? throw new ArgumentNullException(nameof(network)),
            train ?? throw new ArgumentNullException(nameof(train)), validation, loss))
    {
    }

    internal PruningSession(PruningStage stage)
    {
        _stage = stage;
        Start = stage.Evaluate();
        WeightsAtStart = Network.LiveWeightCount;
        _states.Add(new NetworkSnapshot(Network));
    }

    /// <summary>A session as its folder has it.</summary>
    internal PruningSession(PruningStage stage, SessionRecord record, IReadOnlyList<NetworkSnapshot> states)
    {
        (_stage, Start, WeightsAtStart) = (stage, record.Start, record.WeightsAtStart);
        _rounds.AddRange(record.Rounds);
        _states.AddRange(states);
        _states[^1].Restore(Network);
        Recipe = record.Recipe;
    }

    /// <summary>The network.</summary>
    public TrainableNetwork Network => _stage.Network;

    /// <summary>All rounds in order, those too that were undone.</summary>
    public IReadOnlyList<PruningRound> Rounds => _rounds;

    /// <summary>The number of rounds that stand.</summary>
    public int StandingRounds => _states.Count - 1;

    /// <summary>The weights before the first round.</summary>
    public int WeightsAtStart { get; }

    /// <summary>The network before the first round.</summary>
    public Evaluation Start { get; }

    /// <summary>The network as it stands.</summary>
    public Evaluation Now => LastStanding is int last ? _rounds[last].Last! : Start;

    /// <summary>What criteria look at.</summary>
    public PruningContext Context => _stage.Context;

    /// <summary>What evaluations are of, or null when that is the training part.</summary>
    public Dataset? Validation => _stage.Validation;

    /// <summary>The name of the set that evaluations are of.</summary>
    public string MeasuredOn => _stage.MeasuredOn;

    /// <summary>
    /// How the caller set the session up, in words of its own: kept in the folder for whoever takes the session up again.
    /// </summary>
    public IReadOnlyList<string> Recipe { get; set; } = [];

    /// <summary>
    /// Whether the session is that of a gradual run: <see cref="GradualPruner"/> goes on with it, and nothing else can.
    /// </summary>
    public bool IsGradual => TrainingPath is not null;

    /// <summary>The checkpoint of its training, or null when it is no gradual run.</summary>
    internal string? TrainingPath { get; set; }

    /// <summary>The hash of all samples: a second for MNIST, so computed once.</summary>
    internal string Fingerprint => _fingerprint ??= DataFingerprint.Of(_stage.Train, _stage.Validation);

    internal PruningStage Stage => _stage;

    internal IReadOnlyList<NetworkSnapshot> States => _states;

    private int? LastStanding => _rounds.FindLastIndex(round => !round.IsTakenBack) is >= 0 and int index ? index : null;

    /// <summary>Takes up the session that <see cref="Save"/> kept in <paramref name="folder"/>, with a network of its own.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="train">The same training samples as before.</param>
    /// <param name="validation">The same validation samples as before, or null.</param>
    /// <param name="round">
    /// The round to go on after, 0 for the start; null for the last, or for where a gradual run stands. What came later is forgotten.
    /// </param>
    /// <exception cref="EspalierException">
    /// There is no session, a file of it is damaged, it is of other data, or it has no such round.
    /// </exception>
    public static PruningSession Load(string folder, Dataset train, Dataset? validation, int? round = null) =>
        SessionFolder.Load(folder, train, validation, round);

    /// <summary>
    /// Keeps the session in <paramref name="folder"/>: a file for each state that it can go back to, and one for the log.
    /// </summary>
    /// <remarks>When this is interrupted, the session stands there as it was kept before.</remarks>
    /// <exception cref="EspalierException">A file cannot be written.</exception>
    public void Save(string folder) => SessionFolder.Save(folder, this);

    /// <summary>
    /// Lays a pattern out over the network as it was at the start, whatever has gone since, so that a session taken up again comes to the
    /// same slices and groups; rounds from now on keep to it.
    /// </summary>
    /// <param name="pattern">Which weights stay or leave together.</param>
    /// <param name="criterion">What a weight is worth, for a pattern whose order asks.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="EspalierException">The pattern fits no layer, or the criterion cannot follow it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void LayOut(PruningPattern pattern, PruningCriterion criterion, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(criterion);
        _states[0].Restore(Network);
        try
        {
            _stage.LayOut(pattern, criterion, cancellation);
        }
        finally
        {
            _states[^1].Restore(Network);
        }
    }

    /// <summary>Removes weights: a new round.</summary>
    /// <param name="criterion">Chooses which.</param>
    /// <param name="budget">How many weights to leave.</param>
    /// <param name="cancellation">Ends the removal.</param>
    /// <returns>The round.</returns>
    /// <exception cref="EspalierException">
    /// The criterion cannot treat this network or these data, or cannot meet the budget, or the session is that of a gradual run.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public PruningRound Prune(PruningCriterion criterion, RemovalBudget budget, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(criterion);
        ArgumentNullException.ThrowIfNull(budget);
        if (IsGradual)
        {
            throw new EspalierException("This is the session of a gradual run; go on with that, or from the start.");
        }

        return Step(() =>
        {
            cancellation.ThrowIfCancellationRequested();
            (LayerPruning[] layers, Removal removal) = _stage.Prune(criterion, budget, cancellation);
            var round = new PruningRound(
                _rounds.Count + 1, layers, removal.Threshold, removal.PredictedLossChange, Now, _stage.Evaluate(), null, 0,
                IsTakenBack: false)
            {
                Criterion = criterion.Name,
                Pattern = _stage.PatternName,
            };
            _rounds.Add(round);
            _states.Add(new NetworkSnapshot(Network));
            return round;
        });
    }

    /// <summary>
    /// Trains what is left on, as a part of the last round that stands. Its seed is that of the options and the number of the round, so
    /// that no two rounds see the samples in the same order; epochs add up when a round is retrained more than once.
    /// </summary>
    /// <param name="training">How.</param>
    /// <param name="progress">Told about the training, or null.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The round.</returns>
    /// <exception cref="EspalierException">No round stands, or the training cannot be.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public PruningRound Retrain(
        TrainingOptions training, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        int last = LastStanding ?? throw new EspalierException("There is no round yet to retrain after; remove some weights first.");
        _stage.RequireLoss(training);
        return Step(() =>
        {
            PruningRound round = _rounds[last];
            int draw = round.Round + round.RetrainingEpochs * SeedsPerRound;
            int epochs = _stage.Retrain(training, draw, progress, cancellation);
            round = round with { AfterRetraining = _stage.Evaluate(), RetrainingEpochs = round.RetrainingEpochs + epochs };
            _rounds[last] = round;
            _states[^1] = new NetworkSnapshot(Network);
            return round;
        });
    }

    /// <summary>Takes the last round that stands back, retraining included: the bits are those before it. It stays in the log.</summary>
    /// <returns>The round.</returns>
    /// <exception cref="EspalierException">No round stands.</exception>
    public PruningRound Undo()
    {
        int last = LastStanding ?? throw new EspalierException("There is no round to undo.");
        _states.RemoveAt(_states.Count - 1);
        _states[^1].Restore(Network);
        return _rounds[last] = _rounds[last] with { IsTakenBack = true };
    }

    /// <summary>What the session did so far.</summary>
    /// <param name="scope">Which weights competed: see <see cref="PruningLog.Scope"/>.</param>
    /// <param name="schedule">How fast they went: see <see cref="PruningLog.Schedule"/>.</param>
    public PruningLog ToLog(string scope, string schedule)
    {
        string criteria = string.Join(", ", _rounds.Select(round => round.Criterion).Distinct());
        return new PruningLog(criteria, scope, schedule, MeasuredOn, WeightsAtStart, Network.LiveWeightCount, Start, Now, [.. _rounds])
        {
            Pattern = string.Join(", ", _rounds.Select(round => round.Pattern).DefaultIfEmpty(_stage.PatternName).Distinct()),
            Loss = Context.Loss,
        };
    }

    /// <summary>Goes back to <paramref name="rounds"/> rounds in all, as if those after them had never been.</summary>
    internal void Forget(int rounds)
    {
        _rounds.RemoveRange(rounds, _rounds.Count - rounds);
        int standing = _rounds.Count(round => !round.IsTakenBack);
        _states.RemoveRange(standing + 1, _states.Count - standing - 1);
        _states[^1].Restore(Network);
    }

    private PruningRound Step(Func<PruningRound> step)
    {
        try
        {
            return step();
        }
        catch
        {
            _states[^1].Restore(Network);
            throw;
        }
    }
}
