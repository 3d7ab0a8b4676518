using Espalier.Pruning;
using Espalier.Pruning.Allocation;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Sessions;
using Espalier.Tests.Data;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Sessions;

public sealed class PruningSessionTests
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;

    private static readonly MagnitudeCriterion s_magnitude = new();

    public static TheoryData<string> Targets => ["weights", "bytes", "rise", "allocation"];

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_run_killed_after_any_round_comes_to_the_bits_and_the_log_of_one_that_never_stopped(string kind)
    {
        using var whole = new TemporaryFolder();
        TrainableNetwork network = PruningRun.Dense();
        PruningTarget target = Target(kind);
        PruningLog expected = new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss, Options(kind, whole.Path)).Run(target);
        Assert.Equal(target.ToString(), expected.Target);
        Assert.True(expected.Rounds.Count >= 3);
        for (int kill = 0; kill < expected.Rounds.Count; kill++)
        {
            using var folder = new TemporaryFolder();
            int round = kill + 1;
            using var source = new CancellationTokenSource();
            var killer = new Immediate<PruningProgress>(value =>
            {
                if (value.Round == round && value.Training is { Epoch: 2, Step: 3 }) source.Cancel();
            });
            var killed = new PruningSession(PruningRun.Dense(), PruningRun.Train, PruningRun.Validation, Loss);
            killed.Save(folder.Path);
            Assert.Throws<OperationCanceledException>(() =>
                new Pruner(killed, Options(kind, folder.Path)).Run(target, killer, source.Token));
            Assert.Equal(kill, killed.Rounds.Count);

            PruningSession resumed = PruningSession.Load(folder.Path, PruningRun.Train, PruningRun.Validation);
            Assert.Equal(kill, resumed.Rounds.Count);
            PruningLog log = new Pruner(resumed, Options(kind, folder.Path)).Run(target);
            PruningRun.CheckEqual(expected, log);
            Assert.Equal(TrainingData.Bits(network), TrainingData.Bits(resumed.Network));
        }
    }

    [Fact]
    public void A_run_can_go_on_after_any_round_that_stands()
    {
        using var folder = new TemporaryFolder();
        TrainableNetwork network = PruningRun.Dense();
        PruningOptions options = Options("rise", folder.Path);
        PruningLog expected = new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss, options).Run(Target("rise"));
        foreach (PruningRound round in expected.Rounds)
        {
            if (round.IsTakenBack)
            {
                Assert.Contains($"round {round.Round} of the session was undone; it can go on after 0, ",
                    Refusal(folder.Path, round.Round), StringComparison.Ordinal);
                continue;
            }

            PruningSession session = PruningSession.Load(folder.Path, PruningRun.Train, PruningRun.Validation, round.Round);
            Assert.Equal(round.WeightsAfter, session.Network.LiveWeightCount);
            Assert.Equal(round.Last, session.Now);
            Assert.Equal(session.Now, Evaluator.Evaluate(session.Network, PruningRun.Validation, Loss));
            PruningRun.CheckEqual(expected, new Pruner(session, options with { SessionFolder = null }).Run(Target("rise")));
            Assert.Equal(TrainingData.Bits(network), TrainingData.Bits(session.Network));
        }

        PruningSession start = PruningSession.Load(folder.Path, PruningRun.Train, PruningRun.Validation, 0);
        Assert.Equal(TrainingData.Bits(PruningRun.Dense()), TrainingData.Bits(start.Network));
        Assert.Contains("round 99 of the session does not exist", Refusal(folder.Path, 99), StringComparison.Ordinal);
    }

    [Fact]
    public void Undo_gives_back_the_bits_of_every_round_down_to_the_first()
    {
        PruningSession session = New();
        var before = new List<(uint[][] Bits, uint[]?[] Masks, Evaluation Now)>();
        foreach (int keep in (int[])[100, 70, 40])
        {
            before.Add((TrainingData.Bits(session.Network), Masks(session), session.Now));
            session.Prune(s_magnitude, new RemovalBudget(keep, PruningScope.Global));
            session.Retrain(PruningRun.Training());
        }

        for (int i = before.Count - 1; i >= 0; i--)
        {
            Assert.True(session.Undo().IsTakenBack);
            Assert.Equal(before[i].Bits, TrainingData.Bits(session.Network));
            Assert.Equal(before[i].Masks, Masks(session));
            Assert.Equal(before[i].Now, session.Now);
        }

        Assert.Equal("There is no round to undo.", Assert.Throws<EspalierException>(session.Undo).Message);
        Assert.Equal("There is no round yet to retrain after; remove some weights first.",
            Assert.Throws<EspalierException>(() => session.Retrain(PruningRun.Training())).Message);
        Assert.Equal((3, 0), (session.Rounds.Count, session.StandingRounds));
    }

    [Fact]
    public void A_session_with_rounds_undone_and_retrained_again_is_the_same_after_a_save()
    {
        using var folder = new TemporaryFolder();
        PruningSession session = New();
        Play(session);
        session.Recipe = ["prune", "--keep", "0.1"];
        session.Save(folder.Path);
        Assert.Equal(session.StandingRounds + 1, Directory.GetFiles(folder.Path, "*.state").Length);
        PruningSession loaded = PruningSession.Load(folder.Path, PruningRun.Train, PruningRun.Validation);
        Assert.Equal(session.Recipe, loaded.Recipe);
        PruningRun.CheckEqual(session.ToLog("", ""), loaded.ToLog("", ""));
        Play(session);
        Play(loaded);
        PruningRun.CheckEqual(session.ToLog("", ""), loaded.ToLog("", ""));
        Assert.Equal(TrainingData.Bits(session.Network), TrainingData.Bits(loaded.Network));
        session.Undo();
        loaded.Undo();
        Assert.Equal(TrainingData.Bits(session.Network), TrainingData.Bits(loaded.Network));

        SessionSummary summary = SessionSummary.Of(folder.Path);
        Assert.Equal(("clouds", "clouds", "clouds"), (summary.Network, summary.Data, summary.MeasuredOn));
        Assert.Equal(3, summary.Rounds.Count);

        static void Play(PruningSession session)
        {
            int live = session.Network.LiveWeightCount;
            session.Prune(s_magnitude, new RemovalBudget(live * 3 / 4, PruningScope.Global));
            session.Retrain(PruningRun.Training(1));
            session.Prune(s_magnitude, new RemovalBudget(live / 4, PruningScope.PerLayer));
            session.Undo();
            Assert.Equal(3, session.Retrain(PruningRun.Training(2)).RetrainingEpochs);
            session.Prune(s_magnitude, new RemovalBudget(live / 2, PruningScope.Global));
        }
    }

    [Fact]
    public void A_step_that_fails_or_is_cancelled_leaves_the_network_as_it_was()
    {
        PruningSession session = New();
        session.Prune(s_magnitude, new RemovalBudget(80, PruningScope.Global));
        uint[][] bits = TrainingData.Bits(session.Network);
        PruningRound[] rounds = [.. session.Rounds];
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => session.Retrain(
            PruningRun.Training(), new Immediate<TrainingProgress>(value => source.Cancel()), source.Token));
        Assert.Throws<OperationCanceledException>(() =>
            session.Prune(s_magnitude, new RemovalBudget(50, PruningScope.Global), source.Token));
        Assert.Throws<InvalidOperationException>(() => session.Prune(new Vandal(), new RemovalBudget(50, PruningScope.Global)));
        Assert.Contains("diverged", Assert.Throws<EspalierException>(() => session.Retrain(
            PruningRun.Training() with { LearningRate = new(Espalier.Training.Optimizers.ScheduleKind.Constant, 1e38) })).Message,
            StringComparison.Ordinal);
        Assert.Equal(bits, TrainingData.Bits(session.Network));
        Assert.Equal(rounds, session.Rounds);
    }

    [Fact]
    public void Retraining_by_another_loss_is_refused()
    {
        TrainingOptions other = PruningRun.Training() with { Loss = LossKind.MeanSquaredError };
        const string Message =
            "Retraining would minimise MeanSquaredError, but the run is judged by CategoricalCrossEntropy; give both the same loss.";
        Assert.Equal(Message, Assert.Throws<EspalierException>(() => new Pruner(
            PruningRun.Dense(), PruningRun.Train, null, Loss, new PruningOptions { Retraining = other })).Message);
        PruningSession session = New();
        Assert.Equal(Message, Assert.Throws<EspalierException>(() =>
            new Pruner(session, new PruningOptions { Retraining = other })).Message);
        session.Prune(s_magnitude, new RemovalBudget(80, PruningScope.Global));
        Assert.Equal(Message, Assert.Throws<EspalierException>(() => session.Retrain(other)).Message);
    }

    [Fact]
    public void Other_data_and_damaged_files_are_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        PruningSession session = New();
        session.Prune(s_magnitude, new RemovalBudget(80, PruningScope.Global));
        session.Save(folder.Path);
        string log = Path.Combine(folder.Path, "session.json"), state = Directory.GetFiles(folder.Path, "round-001*.state")[0];
        string goodLog = File.ReadAllText(log);
        byte[] good = File.ReadAllBytes(state);

        Assert.Contains("other samples than those of 'clouds'", Assert.Throws<EspalierException>(() =>
            PruningSession.Load(folder.Path, TrainingData.Clouds(300, 9), PruningRun.Validation)).Message, StringComparison.Ordinal);
        Assert.Throws<EspalierException>(() => PruningSession.Load(folder.Path, PruningRun.Train, null));
        foreach (string bad in (string[])["", "{}", "null", "[1]", goodLog[..100],
            goodLog.Replace("\"Rounds\": [", "\"Runden\": [", StringComparison.Ordinal)])
        {
            File.WriteAllText(log, bad);
            Assert.Contains("damaged", Refusal(folder.Path, null), StringComparison.Ordinal);
        }

        File.WriteAllText(log, goodLog.Replace("\"Version\": 2", "\"Version\": 7", StringComparison.Ordinal));
        Assert.Contains("format version 7", Refusal(folder.Path, null), StringComparison.Ordinal);
        File.WriteAllText(log, goodLog);
        for (int i = 0; i < good.Length; i += 97)
        {
            byte[] bad = (byte[])good.Clone();
            bad[i] ^= 4;
            File.WriteAllBytes(state, bad);
            Refusal(folder.Path, null);
        }

        File.Delete(state);
        Assert.Contains("there is no such", Refusal(folder.Path, null), StringComparison.Ordinal);
        Assert.Contains("holds no pruning session", Refusal(Path.Combine(folder.Path, "absent"), null), StringComparison.Ordinal);

        // The start needs its own file alone.
        Assert.Equal(152, PruningSession.Load(folder.Path, PruningRun.Train, PruningRun.Validation, 0).Network.LiveWeightCount);
    }

    private static PruningSession New() => new(PruningRun.Dense(), PruningRun.Train, PruningRun.Validation, Loss);

    private static PruningTarget Target(string kind) => kind switch
    {
        "bytes" => PruningTarget.CompiledBytes(900),
        "rise" => PruningTarget.ErrorRise(1.5),
        _ => PruningTarget.Count(31),
    };

    private static PruningOptions Options(string kind, string folder) => new()
    {
        Rounds = 4,
        Retraining = PruningRun.Training(),
        SessionFolder = folder,
        Allocation = kind == "allocation" ? new ScanAllocation() : null,
    };

    private static uint[]?[] Masks(PruningSession session) =>
        [.. session.Network.PrunableParameters.Select(layer => (uint[]?)layer.Mask?.Clone())];

    private static string Refusal(string folder, int? round)
    {
        string message = Assert.Throws<EspalierException>(() =>
            PruningSession.Load(folder, PruningRun.Train, PruningRun.Validation, round)).Message;
        Assert.StartsWith(folder, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    /// <summary>Breaks its promise and half of the network.</summary>
    private sealed class Vandal : PruningCriterion
    {
        public override string Name => "vandal";

        public override Removal Remove(PruningContext context, RemovalBudget budget, CancellationToken cancellation = default)
        {
            context.Network.PrunableParameters[0].Freeze(new uint[context.Network.PrunableParameters[0].Values.Length]);
            throw new InvalidOperationException();
        }
    }
}
