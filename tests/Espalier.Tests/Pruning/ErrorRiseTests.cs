using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning;

public sealed class ErrorRiseTests
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(3.5, true)]
    [InlineData(2, false)]
    public void The_error_stays_within_the_allowance(double points, bool withRetraining)
    {
        TrainableNetwork network = PruningRun.Dense();
        var told = new List<PruningProgress>();
        var options = new PruningOptions { Retraining = withRetraining ? PruningRun.Training() : null };
        PruningLog log = new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss, options)
            .Run(PruningTarget.ErrorRise(points), new Immediate<PruningProgress>(told.Add));
        PruningRun.CheckLog(log, network);
        PruningRun.CheckRemoved(network);
        PrunerTests.CheckRising(told);
        Assert.Equal("Search", log.Schedule);
        Assert.True(log.WeightsAfter < 152);
        Assert.InRange(log.After.ErrorPercent!.Value, 0, log.Before.ErrorPercent!.Value + points + 1e-9);
        Assert.Equal(Evaluator.Evaluate(network, PruningRun.Validation, Loss), log.After);
        Assert.Contains(log.Rounds, round => round.IsTakenBack);

        Evaluation before = log.Before;
        foreach (PruningRound round in log.Rounds)
        {
            Evaluation last = round.AfterRetraining ?? round.AfterPruning!;
            Assert.Equal(before, round.Before);
            Assert.Equal(round.IsTakenBack, last.ErrorPercent > log.Before.ErrorPercent + points + 1e-9);
            if (!round.IsTakenBack) before = last;
        }

        Assert.Equal(before, log.After);
    }

    [Fact]
    public void Rounds_taken_back_give_the_bits_back()
    {
        // The criterion sees the network at the start of every round.
        var criterion = new WatchingCriterion();
        TrainableNetwork network = PruningRun.Dense();
        PruningLog log = new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss,
            new PruningOptions { Criterion = criterion, Retraining = PruningRun.Training() })
            .Run(PruningTarget.ErrorRise(1));
        criterion.Score(new PruningContext(network, PruningRun.Train, Loss));
        int takenBack = 0;
        for (int i = 0; i < log.Rounds.Count; i++)
        {
            bool isSame = criterion.Seen[i].Zip(criterion.Seen[i + 1]).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
            Assert.Equal(log.Rounds[i].IsTakenBack, isSame);
            takenBack += isSame ? 1 : 0;
        }

        Assert.InRange(takenBack, 1, log.Rounds.Count - 1);
    }

    [Fact]
    public void A_rise_of_just_the_allowance_is_allowed()
    {
        // One sample of 1000 more is 0.1 points, and 0.7 + 0.1 < 0.8 in binary fractions. The second input decides about that sample alone.
        TrainableNetwork network = TrainableNetwork.Perceptron("line", Shape.Flat(2), [1], Activation.Relu, Activation.Sigmoid, 1);
        network.PrunableParameters[0].Values[0] = 20;
        network.PrunableParameters[0].Values[1] = 10;
        network.Parameters[1].Values[0] = -10;
        var inputs = new float[2000];
        var labels = new int[1000];
        for (int i = 0; i < 1000; i++)
        {
            bool isWrong = i < 7;
            labels[i] = i % 2;
            inputs[2 * i] = labels[i] == 1 != isWrong ? 1 : 0;
        }

        (inputs[2 * 999], inputs[2 * 999 + 1]) = (0.4f, 0.4f);
        Dataset data = Dataset.Classification("line", Shape.Flat(2), inputs, labels, ["low", "high"]);
        PruningLog log = new Pruner(network, data, data, LossKind.BinaryCrossEntropy,
            new PruningOptions()).Run(PruningTarget.ErrorRise(0.1));
        Assert.Equal((7, 8), (log.Before.Errors, log.After.Errors));
        Assert.Equal(1, log.WeightsAfter);
    }

    [Fact]
    public void A_search_needs_a_validation_part_and_classes()
    {
        TrainableNetwork network = PruningRun.Dense();
        PruningTarget target = PruningTarget.ErrorRise(1);
        Assert.Contains("needs a validation part", Assert.Throws<EspalierException>(() =>
            new Pruner(network, PruningRun.Train, null, Loss, new PruningOptions()).Run(target)).Message, StringComparison.Ordinal);
        Dataset targets = PruningRun.WithTargets(PruningRun.Train);
        Assert.Contains("needs classes", Assert.Throws<EspalierException>(() =>
            new Pruner(network, targets, targets, LossKind.MeanSquaredError, new PruningOptions()).Run(target)).Message,
                StringComparison.Ordinal);
        Assert.Equal(152, network.LiveWeightCount);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 100)]
    [InlineData(2, 100)]
    [InlineData(7, 100)]
    public void A_search_ends_for_tiny_networks_and_leaves_a_weight(int live, double points)
    {
        TrainableNetwork network = PruningRun.Dense();
        new Pruner(network, PruningRun.Train, null, Loss, new PruningOptions()).Run(PruningTarget.Count(live));
        PruningLog log = new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss,
            new PruningOptions()).Run(PruningTarget.ErrorRise(points));
        Assert.Equal(1, log.WeightsAfter);
        PruningRun.CheckLog(log, network);
    }

    [Fact]
    public void A_cancelled_search_leaves_the_last_good_network()
    {
        TrainableNetwork network = PruningRun.Dense();
        using var source = new CancellationTokenSource();
        var criterion = new WatchingCriterion();
        var progress = new Immediate<PruningProgress>(value =>
        {
            if (value is { Round: 2, Training: { Epoch: 2, Step: 3 } }) source.Cancel();
        });
        var pruner = new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss,
            new PruningOptions { Criterion = criterion, Retraining = PruningRun.Training() });
        Assert.Throws<OperationCanceledException>(() => pruner.Run(PruningTarget.ErrorRise(5), progress, source.Token));
        Assert.Equal(76, network.LiveWeightCount);
        Assert.Equal(criterion.Seen[1], TrainingData.Bits(network));
    }

    /// <summary>Magnitude, with a memory of the bits it was shown.</summary>
    private sealed class WatchingCriterion : ScoreCriterion
    {
        private readonly MagnitudeCriterion _magnitude = new();

        public List<uint[][]> Seen { get; } = [];

        public override string Name => "watching";

        public override float[][] Score(PruningContext context, CancellationToken cancellation = default)
        {
            Seen.Add(TrainingData.Bits(context.Network));
            return _magnitude.Score(context, cancellation);
        }
    }
}
