using System.Text.Json;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Inference;
using Espalier.Pruning;
using Espalier.Pruning.Units;
using Espalier.Pruning.Units.Criteria;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Units;

public sealed class UnitPrunerTests
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;

    [Theory]
    [InlineData(UnitRanking.Once, 1)]
    [InlineData(UnitRanking.EachRound, 1)]
    [InlineData(UnitRanking.EachRound, 4)]
    public void Units_leave_until_so_many_are_left_and_the_log_tells_which(UnitRanking ranking, int perRound)
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid);
        UnitPruningLog log = Run(network, new() { Ranking = ranking, UnitsPerRound = perRound }, UnitTarget.Count(5));
        Assert.Equal((13, 5, "brute-force", ranking.ToString(), "clouds"),
            (log.UnitsBefore, log.UnitsAfter, log.Criterion, log.Ranking, log.MeasuredOn));
        Assert.Equal(perRound == 1 ? [12, 11, 10, 9, 8, 7, 6, 5] : [9, 5], log.Rounds.Select(round => round.UnitsAfter));
        UnitId[] removed = [.. log.Rounds.SelectMany(round => round.Removed).Select(one => one.Unit)];
        Assert.Equal(8, removed.Distinct().Count());
        bool[][] live = new UnitLayers(network).Live();
        for (int layer = 1; layer < 3; layer++)
        {
            for (int unit = 0; unit < live[layer].Length; unit++)
            {
                Assert.Equal(!removed.Contains(new UnitId(layer, unit)), live[layer][unit]);
            }
        }

        Assert.Equal(Evaluator.Evaluate(network, UnitRun.Clouds, Loss), log.After);
        Assert.Equal(
            log.Rounds.Select(round => round.After).Prepend(log.Before), log.Rounds.Select(round => round.Before).Append(log.After));
        PruningRun.CheckRemoved(network);
        Assert.Contains("\"Removed\"", JsonSerializer.Serialize(log), StringComparison.Ordinal);
    }

    [Fact]
    public void Brute_force_predicts_each_step_of_one_unit_exactly()
    {
        foreach (bool foldMeans in (bool[])[false, true])
        {
            TrainableNetwork network = UnitRun.Trained(Activation.Tanh);
            UnitPruningOptions options = new() { Criterion = new BruteForceCriterion(foldMeans), FoldMeans = foldMeans };
            UnitPruningLog log = Run(network, options, UnitTarget.Count(3));
            Assert.All(log.Rounds, round => Assert.Equal(round.ActualLossChange, round.PredictedLossChange!.Value, 5));
            Assert.Contains(log.Rounds, round => round.ActualLossChange > 0.01);
        }
    }

    [Fact]
    public void Ranking_once_takes_the_first_order_to_its_end_and_ranking_again_does_better()
    {
        TrainableNetwork once = UnitRun.Trained(Activation.Sigmoid, epochs: 40), again = once.Clone();
        double[][] scores = new BruteForceCriterion().Score(UnitRun.Context(once));
        UnitId[] expected =
        [
            .. scores.SelectMany((layer, i) => layer.Select((score, unit) => (score, new UnitId(i, unit))))
                .OrderBy(pair => pair.score).Select(pair => pair.Item2).Take(6),
        ];
        UnitPruningLog first = Run(once, new() { Ranking = UnitRanking.Once }, UnitTarget.Count(7));
        Assert.Equal(expected, first.Rounds.SelectMany(round => round.Removed).Select(one => one.Unit));
        UnitPruningLog second = Run(again, new(), UnitTarget.Count(7));
        Assert.NotEqual(expected, second.Rounds.SelectMany(round => round.Removed).Select(one => one.Unit));
        Assert.True(second.After.Loss < first.After.Loss, $"{second.After.Loss} is not below {first.After.Loss}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_layer_keeps_its_minimum(int minimum)
    {
        // Random scores of one layer all below the other's would empty it.
        TrainableNetwork network = UnitRun.Trained(Activation.Relu);
        UnitPruningOptions options = new() { Criterion = new OutputNormCriterion(), MinimumUnits = minimum, PruneInputs = true };
        UnitPruningLog log = Run(network, options, UnitTarget.Count(3 * minimum));
        Assert.Equal((18, 3 * minimum), (log.UnitsBefore, log.UnitsAfter));
        Assert.All(new UnitLayers(network).Live(), layer => Assert.Equal(minimum, layer.Count(isLive => isLive)));
    }

    [Fact]
    public void A_target_of_error_or_loss_is_kept_to()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid, epochs: 20), other = network.Clone();
        UnitPruningLog log = Run(network, new(), UnitTarget.ErrorRise(5));
        Assert.True(log.Rounds[^1].IsTakenBack);
        Assert.InRange(log.After.ErrorPercent!.Value, 0, log.Before.ErrorPercent!.Value + 5);
        Assert.True(log.Rounds[^1].After.ErrorPercent > log.Before.ErrorPercent + 5);
        Assert.InRange(log.UnitsAfter, 2, 12);
        Assert.Equal(log.After, Evaluator.Evaluate(network, UnitRun.Clouds, Loss));

        UnitPruningLog byLoss = Run(other, new(), UnitTarget.LossFactor(1.5));
        Assert.True(byLoss.After.Loss <= 1.5 * byLoss.Before.Loss && byLoss.Rounds[^1].After.Loss > 1.5 * byLoss.Before.Loss);
    }

    [Fact]
    public void Retraining_makes_up_for_units_and_revives_none()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid, epochs: 20);
        UnitPruningOptions options = new() { UnitsPerRound = 4, Retraining = PruningRun.Training(5) };
        UnitPruningLog log = Run(network, options, UnitTarget.Count(5));
        Assert.All(log.Rounds, round => Assert.True(round.AfterRetraining!.Loss < round.AfterPruning.Loss));
        Assert.Equal(5, new UnitLayers(network).Live().Skip(1).Sum(layer => layer.Count(isLive => isLive)));
        PruningRun.CheckRemoved(network);
    }

    [Fact]
    public void Compiled_code_leaves_removed_units_out_and_computes_the_same_bits()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Tanh);
        UnitPruningLog log = Run(network, new() { Ranking = UnitRanking.Once }, UnitTarget.Count(6));
        Network model = network.ToNetwork();
        LoweredNetwork lowered = LoweringPipeline.Run(model);
        TrainableNetwork smaller = NetworkShrinker.Shrink(network);
        int[] kept = [7 - Left(1), 6 - Left(2), 3];
        Assert.Equal(6, kept[0] + kept[1]);
        Assert.Equal(kept, Enumerable.Range(0, lowered.LayerCount).Select(i => lowered.Dense(i).Weights.Rows));
        Assert.Equal(kept, smaller.Layers.Select(layer => layer.OutputShape.Length));
        Assert.Equal(network.LiveWeightCount, smaller.WeightCount);
        ReferenceInterpreter before = new(model), after = new(smaller.ToNetwork());
        float[] expected = new float[3], actual = new float[3];
        for (int i = 0; i < UnitRun.Clouds.Count; i++)
        {
            before.Predict(UnitRun.Clouds.Input(i), expected);
            after.Predict(UnitRun.Clouds.Input(i), actual);
            Assert.Equal(expected, actual);
        }

        int Left(int layer) => log.Rounds.SelectMany(round => round.Removed).Count(one => one.Unit.Layer == layer);
    }

    [Fact]
    public void A_twin_takes_a_removed_unit_over()
    {
        // Unit 1 of the first layer repeats unit 0 with another sign and scale on the output side: the merged network is the same.
        TrainableNetwork network = WithTwins(), merged = network.Clone(), plain = network.Clone();
        UnitPruningOptions options = new() { Criterion = new OutputNormCriterion(), Twins = UnitTwins.Merge, TwinCorrelation = 0.999 };
        RemovedUnit removed = Assert.Single(Assert.Single(Run(merged, options, UnitTarget.Count(12)).Rounds).Removed);
        Assert.Equal((new UnitId(1, 1), 0), (removed.Unit, removed.Twin));
        Assert.InRange(UnitRun.LargestDifference(network, merged), 0, 1e-5);

        removed = Assert.Single(Assert.Single(Run(plain, options with { Twins = UnitTwins.Ignore }, UnitTarget.Count(12)).Rounds).Removed);
        Assert.Equal((new UnitId(1, 1), null), (removed.Unit, removed.Twin));
        Assert.True(UnitRun.LargestDifference(network, plain) > 1e-3);
    }

    [Fact]
    public void A_twin_is_held_back_once_its_other_half_is_gone()
    {
        // The two cancel: each alone is worth much, but the ranking made while both are there puts them both at the bottom.
        TrainableNetwork network = WithTwins();
        Parameter weights = network.PrunableParameters[1];
        for (int row = 0; row < 6; row++) weights.Values[row * 7 + 1] = -weights.Values[row * 7];
        UnitPruningOptions options = new()
        {
            Criterion = new ByIndexCriterion(), Ranking = UnitRanking.Once, UnitsPerRound = 3,
            Twins = UnitTwins.HoldBack, TwinCorrelation = 0.999,
        };
        Assert.Equal([(1, 0), (1, 2), (1, 3)], Order(network.Clone(), options));
        Assert.Equal([(1, 0), (1, 1), (1, 2)], Order(network.Clone(), options with { Twins = UnitTwins.Ignore }));
        Assert.Equal([(1, 0), (1, 2), (1, 3), (1, 1), (1, 4), (1, 5)],
            Order(network.Clone(), options with { Ranking = UnitRanking.EachRound }, 7));

        // A whole ranking without another: the twin leaves last of its layer.
        (int Layer, int Unit)[] all = Order(network.Clone(), options with { UnitsPerRound = 1 }, 3);
        Assert.True(Array.IndexOf(all, (1, 1)) is -1 or 9);

        static (int Layer, int Unit)[] Order(TrainableNetwork network, UnitPruningOptions options, int keep = 10) =>
        [
            .. Run(network, options, UnitTarget.Count(keep)).Rounds.SelectMany(round => round.Removed)
                .Select(one => (one.Unit.Layer, one.Unit.Unit)),
        ];
    }

    [Fact]
    public void Folding_means_costs_less_than_zeros()
    {
        TrainableNetwork zeros = UnitRun.Trained(Activation.Sigmoid), means = zeros.Clone();
        UnitPruningOptions options = new() { Criterion = new RandomUnitCriterion(), UnitsPerRound = 3 };
        UnitPruningLog first = Run(zeros, options, UnitTarget.Count(10));
        UnitPruningLog second = Run(means, options with { FoldMeans = true }, UnitTarget.Count(10));
        Assert.Equal(first.Rounds[0].Removed.Select(one => one.Unit), second.Rounds[0].Removed.Select(one => one.Unit));
        Assert.True(second.After.Loss < first.After.Loss, $"{second.After.Loss} is not below {first.After.Loss}");
    }

    [Fact]
    public void A_cancelled_run_leaves_the_last_whole_round()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid), expected = network.Clone();
        UnitPruningOptions options = new() { Retraining = PruningRun.Training() };
        Run(expected, options, UnitTarget.Count(11));
        using var source = new CancellationTokenSource();
        var told = new List<PruningProgress>();
        var progress = new Immediate<PruningProgress>(value =>
        {
            told.Add(value);
            if (value is { Round: 3, Training: { Epoch: 2 } }) source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => new UnitPruner(network, UnitRun.Clouds, null, Loss, options).Run(
            UnitTarget.Count(8), progress, source.Token));
        Assert.Equal(TrainingData.Bits(expected), TrainingData.Bits(network));
        PrunerTests.CheckRising(told);
    }

    [Fact]
    public void The_same_run_gives_the_same_bits()
    {
        UnitPruningOptions options = new()
        {
            UnitsPerRound = 2, Retraining = PruningRun.Training(), FoldMeans = true, Twins = UnitTwins.Merge,
        };
        TrainableNetwork first = UnitRun.Trained(Activation.Relu), second = first.Clone();
        UnitPruningLog log = Run(first, options, UnitTarget.Fraction(0.5));
        Assert.Equal(log.After, Run(second, options, UnitTarget.Fraction(0.5)).After);
        Assert.Equal(7, log.UnitsAfter);
        Assert.Equal(TrainingData.Bits(first), TrainingData.Bits(second));
    }

    [Theory]
    [MemberData(nameof(BadInput))]
    public void Bad_input_gets_one_clear_error_and_leaves_the_network_alone(
        string word, UnitPruningOptions options, Func<UnitTarget> target)
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid);
        uint[][] bits = TrainingData.Bits(network);
        var error = Assert.Throws<EspalierException>(() => Run(network, options, target()));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(bits, TrainingData.Bits(network));
        Assert.All(network.Parameters, parameter => Assert.Null(parameter.Mask));
    }

    public static TheoryData<string, UnitPruningOptions, Func<UnitTarget>> BadInput => new()
    {
        { "above 0 and up to 1", new(), () => UnitTarget.Fraction(0) },
        { "above 0 and up to 1", new(), () => UnitTarget.Fraction(1.5) },
        { "above 0 and up to 1", new(), () => UnitTarget.Fraction(double.NaN) },
        { "at least 1", new(), () => UnitTarget.Count(0) },
        { "0 to 100", new(), () => UnitTarget.ErrorRise(-1) },
        { "1 or more", new(), () => UnitTarget.LossFactor(0.9) },
        { "only 13 of 13", new(), () => UnitTarget.Count(14) },
        { "2 in all", new(), () => UnitTarget.Count(1) },
        { "6 in all", new() { MinimumUnits = 3 }, () => UnitTarget.Count(5) },
        { "MinimumUnits", new() { MinimumUnits = 0 }, () => UnitTarget.Count(5) },
        { "UnitsPerRound", new() { UnitsPerRound = 0 }, () => UnitTarget.Count(5) },
        { "TwinCorrelation", new() { TwinCorrelation = 1.1 }, () => UnitTarget.Count(5) },
        { "standard deviations", new() { Outliers = new OutlierRule(OutlierReplacement.Mean, 0) }, () => UnitTarget.Count(5) },
        { "UnitRanking", new() { Ranking = (UnitRanking)7 }, () => UnitTarget.Count(5) },
        { "inputs", new() { PruneInputs = true, Criterion = new ZeroActivationCriterion() }, () => UnitTarget.Count(5) },
        { "ReLU", new() { Criterion = new ZeroActivationCriterion() }, () => UnitTarget.Count(5) },
        { "Epochs", new() { Retraining = new TrainingOptions { Epochs = 0 } }, () => UnitTarget.Count(5) },
    };

    [Fact]
    public void Data_and_networks_that_do_not_fit_are_refused()
    {
        Dataset regression = PruningRun.WithTargets(UnitRun.Clouds);
        var pruner = new UnitPruner(UnitRun.Trained(Activation.Sigmoid), regression, null, Loss, new());
        Assert.Contains("classes", Assert.Throws<EspalierException>(
            () => pruner.Run(UnitTarget.ErrorRise(1))).Message, StringComparison.Ordinal);
        TrainableNetwork wide = TrainableNetwork.Perceptron("w", Shape.Flat(6), [4, 3], Activation.Relu, Activation.Softmax, 1);
        Assert.Throws<EspalierException>(() => new UnitPruner(wide, UnitRun.Clouds, null, Loss, new()));
        TrainableNetwork linear = TrainableNetwork.Perceptron("l", Shape.Flat(5), [3], Activation.Relu, Activation.Softmax, 1);
        Assert.Contains("hidden", Assert.Throws<EspalierException>(
            () => Run(linear, new(), UnitTarget.Count(1))).Message, StringComparison.Ordinal);
    }

    private static UnitPruningLog Run(TrainableNetwork network, UnitPruningOptions options, UnitTarget target) =>
        new UnitPruner(network, UnitRun.Clouds, null, Loss, options).Run(target);

    /// <summary>A network whose units (1, 0) and (1, 1) mirror each other, the second with small outgoing weights.</summary>
    private static TrainableNetwork WithTwins()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Tanh);
        Parameter incoming = network.Parameters[0], biases = network.Parameters[1], outgoing = network.Parameters[2];
        for (int i = 0; i < 5; i++) incoming.Values[5 + i] = -incoming.Values[i];
        biases.Values[1] = -biases.Values[0];
        for (int row = 0; row < 6; row++) outgoing.Values[row * 7 + 1] = 0.02f * (row + 1);
        return network;
    }
}
