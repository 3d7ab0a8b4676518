using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Sessions;
using Espalier.Tests.Data;
using Espalier.Tests.Training;
using Espalier.Training;

namespace Espalier.Tests.Pruning;

public sealed class GradualPrunerTests
{
    // 300 samples in batches of 32: 10 steps an epoch.
    private static readonly GradualPruningOptions s_options =
        new() { Interval = 4, Training = PruningRun.Training(6), FineTuning = PruningRun.Training(3) };

    [Theory]
    [InlineData(SparsitySchedule.Cubic, PruningScope.Global)]
    [InlineData(SparsitySchedule.Linear, PruningScope.PerLayer)]
    [InlineData(SparsitySchedule.Exponential, PruningScope.Global)]
    [InlineData(SparsitySchedule.OneStep, PruningScope.PerLayer)]
    public void Weights_fall_along_the_schedule_every_interval(SparsitySchedule schedule, PruningScope scope)
    {
        TrainableNetwork network = PruningRun.Dense();
        PruningLog log = Run(network, s_options with { Schedule = schedule, Scope = scope }, PruningTarget.Count(17));
        PruningRun.CheckLog(log, network);
        PruningRun.CheckRemoved(network);
        Assert.Equal(17, log.WeightsAfter);

        // 60 steps: renewals before steps 0, 4, ..., 56 and after the last; those that remove nothing are no rounds.
        int[] weights = [.. Enumerable.Range(0, 16).Select(i => schedule.WeightsAt(i * 4 / 60.0, 152, 17)).Distinct()];
        Assert.Equal(weights[1..], log.Rounds.Select(round => round.WeightsAfter));
    }

    [Fact]
    public void The_log_has_the_evaluation_of_every_epochs_end_at_the_last_round_before_it()
    {
        TrainableNetwork network = PruningRun.Dense();
        PruningLog log = Run(network, s_options with { Schedule = SparsitySchedule.Linear }, PruningTarget.Count(17));
        Assert.Equal(15, log.Rounds.Count);

        // Epochs end after steps 10, 20, ...; rounds 1, 2, ... stand before steps 4, 8, ..., 56, the last one after step 60.
        Assert.Equal([2, 4, 7, 9, 12, 14, 15], log.Rounds.Where(round => round.AfterRetraining is not null).Select(round => round.Round));
        Assert.Equal(log.Rounds[13].AfterRetraining, log.Rounds[14].Before);
        Assert.NotNull(log.Rounds[14].AfterPruning);
        Assert.Equal((log.After, 3), (log.Rounds[14].AfterRetraining, log.Rounds[14].RetrainingEpochs));
        Assert.All(log.Rounds.Take(14), round => Assert.Equal((null, null, 0), (round.Before, round.AfterPruning, round.RetrainingEpochs)));
        Assert.Equal(Evaluator.Evaluate(network, PruningRun.Validation, s_options.Training.Loss), log.After);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_interval_longer_than_the_training_prunes_once_at_its_end(bool withFineTuning)
    {
        TrainableNetwork network = PruningRun.Dense(), trained = PruningRun.Dense();
        PruningLog log = Run(network, s_options with { Interval = 1000, FineTuning = withFineTuning ? s_options.FineTuning : null },
            PruningTarget.Fraction(0.2));
        PruningRun.CheckLog(log, network);
        Assert.Equal((30, 1), (network.LiveWeightCount, log.Rounds.Count));
        new Trainer(trained, PruningRun.Train, null, s_options.Training).Run();
        Assert.Equal(Evaluator.Evaluate(trained, PruningRun.Validation, s_options.Training.Loss), log.Rounds[0].Before);
        Assert.Equal(withFineTuning ? log.After : null, log.Rounds[0].AfterRetraining);
        Assert.Equal(withFineTuning, log.Rounds[0].AfterPruning != log.After);
    }

    [Fact]
    public void The_automatic_interval_cuts_a_short_training_into_small_steps()
    {
        // A fortieth of 60 steps is a step and a half: the mask is renewed before every step but the first, and after the last.
        PruningLog log = Run(PruningRun.Dense(), s_options with { Interval = 0, Schedule = SparsitySchedule.Linear },
            PruningTarget.Count(17));
        Assert.Equal(60, log.Rounds.Count);
    }

    [Fact]
    public void Fine_tuning_keeps_the_mask()
    {
        TrainableNetwork with = PruningRun.Dense(), without = PruningRun.Dense();
        Run(with, s_options, PruningTarget.Count(30));
        Run(without, s_options with { FineTuning = null }, PruningTarget.Count(30));
        Assert.Equal(without.PrunableParameters.Select(layer => layer.Mask), with.PrunableParameters.Select(layer => layer.Mask));
        Assert.NotEqual(TrainingData.Bits(without), TrainingData.Bits(with));
        PruningRun.CheckRemoved(with);
    }

    [Fact]
    public void Without_a_validation_part_the_log_is_of_the_training_part()
    {
        TrainableNetwork network = PruningRun.Dense();
        PruningLog log = new GradualPruner(network, PruningRun.Train, null, s_options).Run(PruningTarget.Count(30));
        PruningRun.CheckLog(log, network);
        Assert.Equal(Evaluator.Evaluate(network, PruningRun.Train, s_options.Training.Loss), log.After);
        Assert.Equal(log.After, log.Rounds[^1].AfterRetraining);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_a_later_run_leaves_the_first_log_alone()
    {
        TrainableNetwork network = PruningRun.Dense(), again = PruningRun.Dense();
        var pruner = new GradualPruner(network, PruningRun.Train, PruningRun.Validation, s_options);
        PruningLog first = pruner.Run(PruningTarget.Count(40));
        Run(again, s_options, PruningTarget.Count(40));
        Assert.Equal(TrainingData.Bits(again), TrainingData.Bits(network));
        PruningRound[] rounds = [.. first.Rounds];
        PruningLog second = pruner.Run(PruningTarget.Count(20));
        Assert.Equal(rounds, first.Rounds);
        Assert.Equal((40, 20), (second.WeightsBefore, second.WeightsAfter));
        PruningRun.CheckLog(second, network);
    }

    [Fact]
    public void Nothing_to_remove_is_a_training_without_rounds()
    {
        TrainableNetwork network = PruningRun.Dense();
        PruningLog log = Run(network, s_options, PruningTarget.Fraction(1));
        Assert.Empty(log.Rounds);
        PruningRun.CheckLog(log, network);
    }

    [Fact]
    public void Progress_rises_from_0_to_1_over_both_trainings()
    {
        var told = new List<PruningProgress>();
        new GradualPruner(PruningRun.Dense(), PruningRun.Train, null, s_options).Run(PruningTarget.Count(30),
            new Immediate<PruningProgress>(told.Add));
        PrunerTests.CheckRising(told);
        Assert.Equal((1, 30), (told[^1].Fraction, told[^1].Weights));
        Assert.Equal([1, 2], told.Select(value => value.Round).Distinct());
    }

    [Fact]
    public void A_cancelled_run_leaves_a_network_that_can_go_on()
    {
        TrainableNetwork network = PruningRun.Dense();
        using var source = new CancellationTokenSource();
        var pruner = new GradualPruner(network, PruningRun.Train, PruningRun.Validation, s_options);
        Assert.Throws<OperationCanceledException>(() => pruner.Run(PruningTarget.Count(20), new Immediate<PruningProgress>(value =>
        {
            if (value.Training is { Epoch: 3 }) source.Cancel();
        }), source.Token));
        Assert.Equal(SparsitySchedule.Cubic.WeightsAt(20 / 60.0, 152, 20), network.LiveWeightCount);
        PruningRun.CheckRemoved(network);
        Assert.Equal(20, pruner.Run(PruningTarget.Count(20)).WeightsAfter);
        PruningRun.CheckRemoved(network);
    }

    [Theory]
    [InlineData(1, 1, 0, "weights")]
    [InlineData(1, 2, 5, "weights")]
    [InlineData(1, 3, 10, "bytes")]
    [InlineData(1, 6, 9, "weights")]
    [InlineData(1, 6, 10, "weights")]
    [InlineData(2, 1, 4, "bytes")]
    [InlineData(2, 3, 9, "weights")]
    public void A_run_stopped_at_any_step_comes_to_the_bits_and_the_log_of_one_that_never_stopped(
        int phase, int epoch, int step, string kind)
    {
        using var folder = new TemporaryFolder();
        PruningTarget target = kind == "bytes" ? PruningTarget.CompiledBytes(900) : PruningTarget.Count(17);
        TrainableNetwork whole = PruningRun.Dense();
        PruningLog expected = Run(whole, s_options, target);
        GradualPruningOptions options = s_options with { SessionFolder = folder.Path };
        using var source = new CancellationTokenSource();
        if (step == 0) source.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
            new GradualPruner(PruningRun.Dense(), PruningRun.Train, PruningRun.Validation, options)
            .Run(target, new Immediate<PruningProgress>(value =>
            {
                if (value.Round == phase && value.Training is { } training
                    && (training.Epoch, training.Step) == (epoch, step)) source.Cancel();
            }), source.Token));

        PruningSession session = PruningSession.Load(folder.Path, PruningRun.Train, PruningRun.Validation);
        Assert.True(session.IsGradual);
        PruningRun.CheckEqual(expected, new GradualPruner(session, options).Run(target));
        Assert.Equal(TrainingData.Bits(whole), TrainingData.Bits(session.Network));
        PruningRun.CheckRemoved(session.Network);

        // Finished, it stands at its end; from round 0, it begins anew.
        foreach (int? round in (int?[])[null, 0])
        {
            PruningSession again = PruningSession.Load(folder.Path, PruningRun.Train, PruningRun.Validation, round);
            int trained = 0;
            var count = new Immediate<PruningProgress>(value => trained += value.Training is null ? 0 : 1);
            PruningRun.CheckEqual(expected, new GradualPruner(again, options).Run(target, count));
            Assert.Equal(TrainingData.Bits(whole), TrainingData.Bits(again.Network));
            Assert.Equal(round is null, trained == 0);
        }
    }

    [Fact]
    public void A_run_killed_between_two_checkpoints_goes_on_from_the_earlier_one()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "gradual.checkpoint");
        GradualPruningOptions options = s_options with { SessionFolder = folder.Path };
        var kept = new Dictionary<(int, int), byte[]>();
        TrainableNetwork whole = PruningRun.Dense();
        PruningLog expected = new GradualPruner(whole, PruningRun.Train, PruningRun.Validation, options).Run(
            PruningTarget.Count(17), new Immediate<PruningProgress>(value =>
            {
                // In the midst of an epoch the file is that of the last one's end.
                if (value.Training is { Step: 6, Epoch: 1 or 3 or 6 } training && File.Exists(path))
                {
                    kept[(value.Round, training.Epoch)] = File.ReadAllBytes(path);
                }
            }));
        Assert.Equal([(1, 3), (1, 6), (2, 1), (2, 3)], kept.Keys);
        foreach (byte[] checkpoint in kept.Values)
        {
            File.WriteAllBytes(path, checkpoint);
            PruningSession session = PruningSession.Load(folder.Path, PruningRun.Train, PruningRun.Validation);
            PruningRun.CheckEqual(expected, new GradualPruner(session, options).Run(PruningTarget.Count(17)));
            Assert.Equal(TrainingData.Bits(whole), TrainingData.Bits(session.Network));
        }
    }

    [Fact]
    public void A_session_of_another_recipe_is_refused_and_stays_as_it_was()
    {
        using var folder = new TemporaryFolder();
        GradualPruningOptions options = s_options with { SessionFolder = folder.Path };
        var first = new PruningSession(
            PruningRun.Dense(), PruningRun.Train, PruningRun.Validation, s_options.Training.Loss) { Recipe = ["then"] };
        new GradualPruner(first, options).Run(PruningTarget.Count(17));
        string path = Path.Combine(folder.Path, "gradual.checkpoint"), log = File.ReadAllText(Path.Combine(folder.Path, "session.json"));
        byte[] checkpoint = File.ReadAllBytes(path);
        TrainingOptions training = s_options.Training;
        foreach ((GradualPruningOptions other, string fault) in ((GradualPruningOptions, string)[])
            [(options with { Criterion = new LampCriterion() }, "its criterion was magnitude, not lamp"),
                (options with { Scope = PruningScope.PerLayer }, "its scope was Global, not PerLayer"),
                (options with { Schedule = SparsitySchedule.Linear }, "its schedule was Cubic, not Linear"),
                (options with { Interval = 5 }, "its interval was 4, not 5"),
                (options with { Training = training with { Seed = 9 } }, "the training is another"),
                (options with { FineTuning = null }, "the fine-tuning is another")])
        {
            Assert.Contains(fault, Refusal(() => new GradualPruner(Load(), other).Run(PruningTarget.Count(17))), StringComparison.Ordinal);
        }

        Assert.Contains("its target was weights 17, not weights 18",
            Refusal(() => new GradualPruner(Load(), options).Run(PruningTarget.Count(18))), StringComparison.Ordinal);
        Assert.Contains("This is the session of a gradual run",
            Refusal(() => new Pruner(Load(), new PruningOptions()).Run(PruningTarget.Count(18))), StringComparison.Ordinal);
        Assert.Contains("belongs to a pruning run", Refusal(() => Trainer.Resume(path, PruningRun.Train, PruningRun.Validation)),
            StringComparison.Ordinal);
        Assert.Equal(checkpoint, File.ReadAllBytes(path));
        Assert.Equal(log, File.ReadAllText(Path.Combine(folder.Path, "session.json")));

        // The number of threads is no part of it.
        new GradualPruner(Load(), options with { Training = training with { Threads = 2 } }).Run(PruningTarget.Count(17));
        new Trainer(PruningRun.Dense(), PruningRun.Train, PruningRun.Validation, training).SaveCheckpoint(path);
        Assert.Contains("not of a gradual pruning run", Refusal(() => new GradualPruner(Load(), options).Run(PruningTarget.Count(17))),
            StringComparison.Ordinal);

        PruningSession rounds = PruningSession.Load(folder.Path, PruningRun.Train, PruningRun.Validation, 0);
        rounds.Prune(new MagnitudeCriterion(), new RemovalBudget(50, PruningScope.Global));
        Assert.Contains("was pruned in rounds", Refusal(() => _ = new GradualPruner(rounds, options)), StringComparison.Ordinal);
        rounds.Save(folder.Path);
        Assert.False(File.Exists(path));

        PruningSession Load() => PruningSession.Load(folder.Path, PruningRun.Train, PruningRun.Validation);
        static string Refusal(Action action) => Assert.Throws<EspalierException>(action).Message;
    }

    [Fact]
    public void Faults_are_reported_before_a_step()
    {
        TrainableNetwork network = PruningRun.Dense();
        Assert.Contains("prune in rounds to go to an error rise",
            Assert.Throws<EspalierException>(() => Run(network, s_options, PruningTarget.ErrorRise(1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => Run(network, s_options, null!));
        Assert.Contains("only 152 of 152 are left",
            Assert.Throws<EspalierException>(() => Run(network, s_options, PruningTarget.Count(153))).Message, StringComparison.Ordinal);
        Assert.Contains("Interval is -1", Refusal(s_options with { Interval = -1 }), StringComparison.Ordinal);
        Assert.Contains("PruningScope is 7", Refusal(s_options with { Scope = (PruningScope)7 }), StringComparison.Ordinal);
        TrainingOptions stopping = PruningRun.Training() with { EarlyStopping = new EarlyStopping() };
        Assert.Contains("cannot stop early while weights go", Refusal(s_options with { Training = stopping }), StringComparison.Ordinal);
        Assert.Contains("Early stopping needs a validation part", Refusal(s_options with { FineTuning = stopping }),
            StringComparison.Ordinal);
        Assert.Equal(TrainingData.Bits(PruningRun.Dense()), TrainingData.Bits(network));

        string Refusal(GradualPruningOptions options) =>
            Assert.Throws<EspalierException>(() => new GradualPruner(network, PruningRun.Train, null, options)).Message;
    }

    [Fact]
    public void Regression_networks_are_pruned_too()
    {
        TrainableNetwork network = PruningRun.Dense();
        Dataset targets = PruningRun.WithTargets(PruningRun.Train);
        PruningLog log = new GradualPruner(network, targets, null, s_options).Run(PruningTarget.Count(60));
        Assert.Equal(60, network.LiveWeightCount);
        Assert.Null(log.After.ErrorPercent);
    }

    private static PruningLog Run(TrainableNetwork network, GradualPruningOptions options, PruningTarget target) =>
        new GradualPruner(network, PruningRun.Train, PruningRun.Validation, options).Run(target);
}
