using System.Text.Json;
using Espalier.Compilation.Model;
using Espalier.Pruning;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Tests.Pruning;

public sealed class PrunerTests
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;

    [Theory]
    [InlineData(PruningScope.Global)]
    [InlineData(PruningScope.PerLayer)]
    public void One_shot_removes_the_smallest_and_leaves_the_rest_as_they_are(PruningScope scope)
    {
        TrainableNetwork dense = PruningRun.Dense(), network = dense.Clone();
        PruningLog log = new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss,
            new PruningOptions { Scope = scope }).Run(PruningTarget.Fraction(0.3));
        Assert.Equal((152, 46, 46), (log.WeightsBefore, log.WeightsAfter, network.LiveWeightCount));
        PruningRun.CheckLog(log, network);
        PruningRound round = Assert.Single(log.Rounds);
        Assert.Null(round.AfterRetraining);
        Assert.Equal((log.Before, log.After), (round.Before, round.AfterPruning));
        Assert.Equal(log.After.Loss - log.Before.Loss, round.ActualLossChange);
        Assert.Equal(Evaluator.Evaluate(network, PruningRun.Validation, Loss), log.After);
        if (scope == PruningScope.PerLayer) Assert.Equal([29, 17], round.Layers.Select(layer => layer.After));

        float largestRemoved = 0, smallestLeft = float.PositiveInfinity;
        for (int i = 0; i < network.Parameters.Count; i++)
        {
            Parameter before = dense.Parameters[i], after = network.Parameters[i];
            for (int j = 0; j < after.Values.Length; j++)
            {
                bool isRemoved = after.Mask is uint[] mask && mask[j] == Parameter.Removed;
                Assert.Equal(isRemoved ? 0 : FloatBits.Of(before.Values[j]), FloatBits.Of(after.Values[j]));
                if (isRemoved) largestRemoved = Math.Max(largestRemoved, Math.Abs(before.Values[j]));
                else if (after.IsWeight) smallestLeft = Math.Min(smallestLeft, Math.Abs(before.Values[j]));
            }
        }

        Assert.Equal(largestRemoved, round.Threshold);
        if (scope == PruningScope.Global) Assert.InRange(largestRemoved, 0, smallestLeft);
    }

    [Theory]
    [CombinationData]
    public void Rounds_leave_what_the_schedule_says(SparsitySchedule schedule, PruningScope scope)
    {
        TrainableNetwork network = PruningRun.Dense();
        var options = new PruningOptions { Schedule = schedule, Scope = scope, Rounds = 5, Retraining = PruningRun.Training() };
        PruningLog log = new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss, options).Run(PruningTarget.Count(23));
        PruningRun.CheckLog(log, network);
        PruningRun.CheckRemoved(network);
        Assert.Equal(Enumerable.Range(1, 5).Select(i => schedule.WeightsAt(i / 5.0, 152, 23)),
            log.Rounds.Select(round => round.WeightsAfter));
        Assert.Equal((23, schedule.ToString(), scope.ToString(), "magnitude", "clouds"),
            (log.WeightsAfter, log.Schedule, log.Scope, log.Criterion, log.MeasuredOn));
        Assert.All(log.Rounds, round => Assert.Equal(2, round.RetrainingEpochs));

        // Each round begins where the one before ended.
        Assert.Equal(log.Rounds.Select(round => round.AfterRetraining).Prepend(log.Before),
            log.Rounds.Select(round => round.Before).Append(log.After));
    }

    [Theory]
    [InlineData(OptimizerKind.GradientDescent)]
    [InlineData(OptimizerKind.Momentum)]
    [InlineData(OptimizerKind.Nesterov)]
    [InlineData(OptimizerKind.Adam)]
    public void Removed_weights_stay_plus_zero_under_every_training(OptimizerKind kind)
    {
        foreach ((double decay, bool isDecoupled) in ((double, bool)[])[(0, false), (0.01, false), (0.01, true)])
        {
            TrainableNetwork network = PruningRun.Dense();
            TrainingOptions training = PruningRun.Training() with
            {
                Optimizer = new OptimizerOptions(kind) { WeightDecay = decay, DecoupledDecay = isDecoupled },
                EarlyStopping = isDecoupled ? new EarlyStopping(1) : null,
            };
            new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss,
                new PruningOptions { Rounds = 2, Retraining = training }).Run(PruningTarget.Count(31));
            PruningRun.CheckRemoved(network);
            uint[][] masks = [.. network.PrunableParameters.Select(layer => (uint[])layer.Mask!.Clone())];
            uint[][] values = TrainingData.Bits(network);

            new Trainer(network, PruningRun.Train, PruningRun.Validation, training with { Epochs = 5, Seed = 99 }).Run();
            PruningRun.CheckRemoved(network);
            Assert.Equal(masks, network.PrunableParameters.Select(layer => layer.Mask!));
            Assert.NotEqual(values, TrainingData.Bits(network));
            Assert.Equal(31, network.ToNetwork().Layers.Sum(layer => ((DenseLayer)layer).Weights.Count));
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_does_not()
    {
        uint[][] Run(ulong seed, int threads)
        {
            TrainableNetwork network = PruningRun.Dense();
            TrainingOptions training = PruningRun.Training() with { Seed = seed, Threads = threads };
            new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss,
                new PruningOptions { Rounds = 3, Retraining = training }).Run(PruningTarget.Count(40));
            return TrainingData.Bits(network);
        }

        Assert.Equal(Run(5, 1), Run(5, 2));
        Assert.NotEqual(Run(5, 1), Run(6, 1));
    }

    [Fact]
    public void Retraining_lowers_the_loss_that_removal_raised()
    {
        TrainableNetwork network = PruningRun.Dense();
        var options = new PruningOptions { Scope = PruningScope.PerLayer, Retraining = PruningRun.Training(10) };
        PruningRound round = Assert.Single(new Pruner(network, PruningRun.Train, null, Loss, options).Run(PruningTarget.Count(50)).Rounds);
        Assert.True(round.ActualLossChange > 0.1, $"removal changed the loss by {round.ActualLossChange}");
        Assert.True(round.AfterRetraining!.Loss < round.AfterPruning!.Loss - round.ActualLossChange / 2, $"{round}");
    }

    [Fact]
    public void Progress_rises_from_0_to_1()
    {
        var told = new List<PruningProgress>();
        var options = new PruningOptions { Rounds = 3, Retraining = PruningRun.Training() };
        new Pruner(PruningRun.Dense(), PruningRun.Train, null, Loss, options).Run(PruningTarget.Count(30),
            new Immediate<PruningProgress>(told.Add));
        CheckRising(told);
        Assert.Equal(1, told[^1].Fraction);
        Assert.Equal([1, 2, 3], told.Select(value => value.Round).Distinct());
        Assert.Equal(30, told[^1].Weights);
    }

    internal static void CheckRising(List<PruningProgress> told)
    {
        Assert.Equal(0, told[0].Fraction);
        for (int i = 1; i < told.Count; i++) Assert.InRange(told[i].Fraction, told[i - 1].Fraction, 1);
    }

    [Fact]
    public void A_cancelled_run_leaves_a_network_that_can_go_on()
    {
        TrainableNetwork network = PruningRun.Dense();
        using var source = new CancellationTokenSource();
        var progress = new Immediate<PruningProgress>(value =>
        {
            if (value is { Round: 2, Training: { Epoch: 2, Step: 3 } }) source.Cancel();
        });
        var pruner = new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss,
            new PruningOptions { Rounds = 4, Retraining = PruningRun.Training() });
        Assert.Throws<OperationCanceledException>(() => pruner.Run(PruningTarget.Count(20), progress, source.Token));
        Assert.Equal(SparsitySchedule.Exponential.WeightsAt(0.25, 152, 20), network.LiveWeightCount);
        PruningRun.CheckRemoved(network);
        PruningLog log = pruner.Run(PruningTarget.Count(20));
        Assert.Equal((92, 20), (log.WeightsBefore, log.WeightsAfter));
        PruningRun.CheckLog(log, network);
    }

    [Fact]
    public void A_run_cancelled_before_it_began_changes_nothing()
    {
        TrainableNetwork network = PruningRun.Dense();
        var pruner = new Pruner(network, PruningRun.Train, null, Loss, new PruningOptions());
        Assert.Throws<OperationCanceledException>(() =>
            pruner.Run(PruningTarget.Count(20), cancellation: new CancellationToken(canceled: true)));
        Assert.Equal(TrainingData.Bits(PruningRun.Dense()), TrainingData.Bits(network));
        Assert.Equal(152, network.LiveWeightCount);
    }

    [Fact]
    public void A_pruned_network_can_be_pruned_further_but_not_back()
    {
        TrainableNetwork network = PruningRun.Dense();
        var pruner = new Pruner(network, PruningRun.Train, null, Loss, new PruningOptions());
        pruner.Run(PruningTarget.Count(50));
        PruningLog same = pruner.Run(PruningTarget.Count(50));
        Assert.Null(Assert.Single(same.Rounds).Threshold);
        Assert.Equal(20, pruner.Run(PruningTarget.Count(20)).WeightsAfter);
        Assert.Contains("only 20 of 152 are left", Assert.Throws<EspalierException>(() => pruner.Run(PruningTarget.Count(21))).Message,
            StringComparison.Ordinal);
        Assert.Contains("only 20 of 152 are left", Assert.Throws<EspalierException>(() => pruner.Run(PruningTarget.Fraction(0.5))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_are_reported_before_a_weight_goes()
    {
        TrainableNetwork network = PruningRun.Dense();
        Assert.Contains("Rounds is 0", Refusal(new() { Rounds = 0 }), StringComparison.Ordinal);
        Assert.Contains("SparsitySchedule is 9; give one of OneStep, Linear", Refusal(new() { Schedule = (SparsitySchedule)9 }),
            StringComparison.Ordinal);
        Assert.Contains("PruningScope is 9; give one of Global, PerLayer", Refusal(new() { Scope = (PruningScope)9 }),
            StringComparison.Ordinal);
        Assert.Contains("Epochs is 0", Refusal(new() { Retraining = PruningRun.Training(0) }), StringComparison.Ordinal);
        Assert.Contains("Early stopping needs a validation part",
            Refusal(new() { Retraining = PruningRun.Training() with { EarlyStopping = new() } }), StringComparison.Ordinal);
        Assert.Contains("reads 4", Assert.Throws<EspalierException>(() => new Pruner(
            TrainableNetwork.Perceptron("other", Shape.Flat(4), [3], Activation.Relu, Activation.Softmax, 1),
            PruningRun.Train, null, Loss, new PruningOptions())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new Pruner(network, PruningRun.Train, null, Loss, new PruningOptions()).Run(null!));
        Assert.Equal(152, network.LiveWeightCount);

        string Refusal(PruningOptions options) =>
            Assert.Throws<EspalierException>(() => new Pruner(network, PruningRun.Train, null, Loss, options)).Message;
    }

    [Fact]
    public void The_log_goes_through_json_and_back()
    {
        TrainableNetwork network = PruningRun.Dense();
        var options = new PruningOptions { Rounds = 2, Retraining = PruningRun.Training() };
        PruningLog log = new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss, options).Run(PruningTarget.Count(25));
        string json = JsonSerializer.Serialize(log);
        JsonElement root = JsonDocument.Parse(json).RootElement;
        Assert.Equal((152, 25), (root.GetProperty("WeightsBefore").GetInt32(), root.GetProperty("WeightsAfter").GetInt32()));
        Assert.Equal(log.After.Loss, root.GetProperty("After").GetProperty("Loss").GetDouble());
        JsonElement round = root.GetProperty("Rounds")[1];
        Assert.Equal(25, round.GetProperty("WeightsAfter").GetInt32());
        Assert.Equal(log.Rounds[1].Threshold, round.GetProperty("Threshold").GetSingle());
        Assert.Equal(log.Rounds[1].ActualLossChange, round.GetProperty("ActualLossChange").GetDouble());
        Assert.Equal("fc2.weights", round.GetProperty("Layers")[1].GetProperty("Name").GetString());
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<PruningLog>(json)));
    }

    /// <summary>Every schedule with every scope.</summary>
    private sealed class CombinationDataAttribute : Xunit.Sdk.DataAttribute
    {
        public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod) =>
            from schedule in Enum.GetValues<SparsitySchedule>()
            from scope in Enum.GetValues<PruningScope>()
            select new object[] { schedule, scope };
    }
}
