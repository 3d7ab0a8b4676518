using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Pruning;
using Espalier.Pruning.Allocation;
using Espalier.Pruning.Budgets;
using Espalier.Pruning.Criteria;
using Espalier.Reporting;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Budgets;

public sealed class CostBudgetTests
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;

    private static readonly MagnitudeCriterion s_magnitude = new();

    [Theory]
    [InlineData(500)]
    [InlineData(1100)]
    [InlineData(2000)]
    [InlineData(1600)]
    public void As_many_weights_are_kept_as_fit_and_one_more_does_not(int most)
    {
        foreach (PruningCriterion criterion in (PruningCriterion[])[s_magnitude, new Slow()])
        {
            TrainableNetwork network = PruningRun.Dense();
            uint[][] bits = TrainingData.Bits(network);
            int keep = new CostBudget(Context(network), new CostLimit(CompiledCost.Bytes, most), Budget, least: 1)
                .Find(criterion, CancellationToken.None);
            Assert.Equal(bits, TrainingData.Bits(network));
            Assert.InRange(BytesWith(network, keep), 1, most);
            Assert.True(BytesWith(network, keep + 1) > most, $"{keep + 1} weights fit too");
        }
    }

    [Fact]
    public void The_budget_is_found_beyond_the_step_where_code_becomes_a_table()
    {
        // Straight-line code takes 20 bytes a weight, up to 24 KB; tables take 6. So 1,200 weights may take more bytes than 2,000.
        TrainableNetwork network = TrainableNetwork.Perceptron("large", Shape.Flat(60), [80, 40], Activation.Relu, Activation.Softmax, 3);
        int least = Enumerable.Range(5, 40).Min(i => i * 100), jump = 0;
        for (int keep = 500; keep < 4000 && jump == 0; keep += 100)
        {
            if (BytesWith(network, keep + 100) < BytesWith(network, keep)) jump = keep;
        }

        Assert.True(jump > least, "no such step");
        long most = BytesWith(network, jump) - 1000;
        int found = new CostBudget(Context(network), new CostLimit(CompiledCost.Bytes, most), Budget, least: 1)
            .Find(s_magnitude, CancellationToken.None);
        Assert.True(found > jump, $"{found} weights, not above {jump}");
        Assert.InRange(BytesWith(network, found), 1, most);
        Assert.True(BytesWith(network, found + 1) > most);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Runs_end_within_the_budget_and_near_it(bool inRounds, bool withAllocation)
    {
        const int Most = 1200;
        TrainableNetwork network = PruningRun.Dense();
        var options = new PruningOptions
        {
            Rounds = inRounds ? 3 : 1,
            Retraining = inRounds ? PruningRun.Training() : null,
            Allocation = withAllocation ? new ScanAllocation() : null,
        };
        PruningLog log = new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss, options).Run(PruningTarget.CompiledBytes(Most));
        PruningRun.CheckLog(log, network);
        Network model = network.ToNetwork();

        // Not close to it, for the size jumps where another kernel becomes the best.
        Assert.InRange(ModelSummary.Of(model, LoweringPipeline.Run(model)).CompiledBytes, 1, Most);
        Assert.InRange(network.LiveWeightCount, 1, 151);
        Assert.Equal("compiled bytes 1200", log.Target);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_budget_of_nanoseconds_is_kept_too_and_one_weight_more_does_not_fit(bool isGradual)
    {
        TrainableNetwork network = PruningRun.Dense();
        double dense = CompiledCost.Nanoseconds.Of(network), most = 0.8 * dense;
        PruningLog log = isGradual
            ? new GradualPruner(
                network, PruningRun.Train, null, new() { Training = PruningRun.Training(4), FineTuning = PruningRun.Training(2) })
                .Run(PruningTarget.CompiledNanoseconds(most))
            : new Pruner(network, PruningRun.Train, null, Loss, new()).Run(PruningTarget.CompiledNanoseconds(most));
        Assert.InRange(CompiledCost.Nanoseconds.Of(network), 1, most);
        Assert.InRange(network.LiveWeightCount, 1, 151);
        Assert.StartsWith("estimated ns ", log.Target, StringComparison.Ordinal);
        string fault = Assert.Throws<EspalierException>(() =>
            new Pruner(network, PruningRun.Train, null, Loss, new()).Run(PruningTarget.CompiledNanoseconds(0.01))).Message;
        Assert.StartsWith("A compiled model of 0.01 ns cannot be: the least of this network takes ", fault, StringComparison.Ordinal);
        Assert.Throws<EspalierException>(() => PruningTarget.CompiledNanoseconds(double.NaN));
        if (isGradual) return;

        TrainableNetwork again = PruningRun.Dense();
        s_magnitude.Remove(Context(again), Budget(network.LiveWeightCount + 1));
        Assert.True(CompiledCost.Nanoseconds.Of(again) > most);
    }

    [Fact]
    public void Gradual_runs_end_within_the_budget_and_near_it()
    {
        const int Most = 1200;
        TrainableNetwork network = PruningRun.Dense();
        PruningLog log = new GradualPruner(network, PruningRun.Train, PruningRun.Validation,
            new GradualPruningOptions { Training = PruningRun.Training(6), FineTuning = PruningRun.Training(3) })
            .Run(PruningTarget.CompiledBytes(Most));
        PruningRun.CheckLog(log, network);
        Assert.InRange(CompiledCost.Bytes.Of(network), 1, Most);
        Assert.InRange(network.LiveWeightCount, 1, 151);
    }

    [Fact]
    public void A_budget_below_the_least_names_the_least_and_one_above_all_keeps_all()
    {
        TrainableNetwork network = PruningRun.Dense();
        long least = BytesWith(network, 1);
        foreach (Action run in (Action[])
            [
                () => Run(new() { Rounds = 3 }, least - 1),
                () => Run(new(), least - 1),
                () => Run(new() { Criterion = new Slow() }, least - 1),
                () => new GradualPruner(network, PruningRun.Train, null, new() { Training = PruningRun.Training() })
                    .Run(PruningTarget.CompiledBytes(least - 1)),
            ])
        {
            Assert.Equal(
                $"A compiled model of {least - 1} bytes cannot be: the least of this network takes {least} bytes; give at least that many.",
                Assert.Throws<EspalierException>(run).Message);
            Assert.Equal(152, network.LiveWeightCount);
        }

        Assert.Equal(152, Run(new() { Rounds = 2 }, 1_000_000).WeightsAfter);
        Run(new(), least);
        Assert.Equal(least, CompiledCost.Bytes.Of(network));
        Assert.Contains("give a number of at least 1",
            Assert.Throws<EspalierException>(() => PruningTarget.CompiledBytes(0)).Message, StringComparison.Ordinal);

        PruningLog Run(PruningOptions options, long most) =>
            new Pruner(network, PruningRun.Train, null, Loss, options).Run(PruningTarget.CompiledBytes(most));
    }

    private static PruningContext Context(TrainableNetwork network) => new(network, PruningRun.Train, Loss);

    private static RemovalBudget Budget(int keep) => new(keep, PruningScope.Global);

    private static long BytesWith(TrainableNetwork network, int keep)
    {
        TrainableNetwork pruned = network.Clone();
        s_magnitude.Remove(Context(pruned), Budget(keep));
        Network model = pruned.ToNetwork();
        return ModelSummary.Of(model, LoweringPipeline.Run(model)).CompiledBytes;
    }

    /// <summary>Magnitude that hides its scores, as criteria do that move the survivors.</summary>
    private sealed class Slow : PruningCriterion
    {
        public override string Name => "slow";

        public override Removal Remove(PruningContext context, RemovalBudget budget, CancellationToken cancellation = default) =>
            s_magnitude.Remove(context, budget, cancellation);
    }
}
