using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Layerwise;
using Espalier.Pruning.Patterns;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Layerwise;

/// <summary>What holds for all layer-wise criteria.</summary>
public sealed class LayerwiseCriteriaTests
{
    private static readonly string[] s_names = ["l-obs", "l-obs-recomputed", "exact-obs-layers", "exact-obs"];

    public static TheoryData<string> Names => [.. s_names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Budgets_are_kept_to_the_weight(string name)
    {
        foreach (RemovalBudget budget in (RemovalBudget[])
            [new(40, PruningScope.Global), new(77, PruningScope.PerLayer), RemovalBudget.PerLayer([20, 9])])
        {
            TrainableNetwork network = PruningRun.Dense();
            Removal removal = Criterion(name).Remove(Context(network), budget);
            Assert.Equal(budget.Keep, network.LiveWeightCount);
            if (budget.LayerCounts is { } counts) Assert.Equal(counts, network.PrunableParameters.Select(layer => layer.LiveCount));
            Assert.NotNull(removal.Threshold);
            PruningRun.CheckRemoved(network);
        }

        TrainableNetwork whole = PruningRun.Dense();
        Assert.Null(Criterion(name).Remove(Context(whole), new RemovalBudget(152, PruningScope.Global)).Threshold);
        Assert.Equal(152, whole.LiveWeightCount);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_number_of_threads_gives_the_same_bits(string name)
    {
        Assert.Equal(Bits(1), Bits(3));

        uint[][] Bits(int threads)
        {
            TrainableNetwork network = PruningRun.Dense();
            Criterion(name, threads).Remove(Context(network), new RemovalBudget(40, PruningScope.Global));
            return TrainingData.Bits(network);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cancelled_it_leaves_the_network_as_it_was(string name)
    {
        TrainableNetwork network = PruningRun.Dense();
        uint[][] before = TrainingData.Bits(network);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Criterion(name).Remove(Context(network), new RemovalBudget(40, PruningScope.Global), cancelled.Token));
        Assert.Equal(before, TrainingData.Bits(network));
        Assert.Equal(152, network.LiveWeightCount);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Data_that_do_not_fit_are_refused_and_the_network_stays(string name)
    {
        TrainableNetwork network = PruningRun.Dense();
        uint[][] before = TrainingData.Bits(network);
        var context = new PruningContext(network, LayerwiseData.Inputs(20, 7, 1), LossKind.MeanSquaredError);
        Assert.Throws<EspalierException>(() => Criterion(name).Remove(context, new RemovalBudget(40, PruningScope.Global)));
        Assert.Throws<ArgumentException>(() => Criterion(name).Remove(Context(network), RemovalBudget.PerLayer([200, 9])));
        Assert.Equal(before, TrainingData.Bits(network));
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("relu")]
    [InlineData("tanh")]
    [InlineData("sigmoid")]
    [InlineData("elu")]
    public void All_of_them_prune_networks_of_any_activation_better_than_chance(string activation)
    {
        Activation hidden = activation switch
        {
            "identity" => Activation.Identity,
            "relu" => Activation.Relu,
            "tanh" => Activation.Tanh,
            "sigmoid" => Activation.Sigmoid,
            _ => Activation.Elu(1),
        };
        Dataset data = LayerwiseData.Inputs(400, 12, 3);
        TrainableNetwork dense = LayerwiseData.Network(12, [16, 8, 2], 4, hidden);
        RemovalBudget budget = RemovalBudget.PerLayer([96, 64, 8]);
        double Error(PruningCriterion criterion)
        {
            TrainableNetwork pruned = dense.Clone();
            criterion.Remove(new PruningContext(pruned, data, LossKind.MeanSquaredError), budget);
            return NetworkErrorBound.Measure(dense, pruned, data).Error;
        }

        double chance = Enumerable.Range(1, 3).Average(seed => Error(new RandomCriterion((ulong)seed)));
        double[] errors = [.. s_names.Select(name => Error(Criterion(name)))];
        Assert.All(errors, error => Assert.InRange(error, 0, 0.7 * chance));

        // Least squares over the whole network mends what the layers' own errors add up to.
        Assert.True(errors[3] < errors[2], $"{errors[3]} is not below {errors[2]}.");
    }

    [Fact]
    public void Patterns_reach_what_they_allow_and_refuse_what_they_do_not()
    {
        TrainableNetwork network = PruningRun.Dense();
        uint[][] before = TrainingData.Bits(network);
        var criterion = new ExactObs();
        PruningContext context = Context(network);
        context = context with { Layout = LayerwiseData.Layout(network, PruningPattern.Balanced(2, 4)) };

        // 5 inputs are a group of 4 and one of 1: 3 of them stay; 19 are four groups of 4 and one of 3: 10 stay.
        string message = Assert.Throws<EspalierException>(() =>
            criterion.Remove(context, RemovalBudget.PerLayer([56, 30]))).Message;
        Assert.Contains("'fc1'", message, StringComparison.Ordinal);
        Assert.Contains("57", message, StringComparison.Ordinal);
        Assert.Throws<EspalierException>(() => criterion.Remove(context, new RemovalBudget(86, PruningScope.Global)));
        Assert.Equal(before, TrainingData.Bits(network));
        criterion.Remove(context, new RemovalBudget(87, PruningScope.Global));
        Assert.Equal([57, 30], network.PrunableParameters.Select(layer => layer.LiveCount));
        uint[] first = network.PrunableParameters[0].Mask!;
        for (int start = 0; start < 95; start += 5) Assert.Equal(2, first.AsSpan(start, 4).Count(Parameter.Live));

        TrainableNetwork blocks = PruningRun.Dense();
        context = Context(blocks) with { Layout = LayerwiseData.Layout(blocks, PruningPattern.Blocks(1, 2)) };
        criterion.Remove(context, new RemovalBudget(61, PruningScope.Global));
        Assert.InRange(blocks.LiveWeightCount, 60, 61);
        uint[] mask = blocks.PrunableParameters[0].Mask!;
        for (int i = 0; i < mask.Length; i += i % 5 == 4 ? 1 : 2) Assert.True(i % 5 == 4 || mask[i] == mask[i + 1]);
    }

    [Fact]
    public void Patterns_that_the_method_cannot_follow_are_refused()
    {
        TrainableNetwork network = PruningRun.Dense();
        foreach (PruningPattern pattern in (PruningPattern[])
            [PruningPattern.Blocks(8), PruningPattern.Blocks(1, 33), PruningPattern.Even(4)])
        {
            PruningContext context = Context(network) with { Layout = LayerwiseData.Layout(network, pattern) };
            string message = Assert.Throws<EspalierException>(() =>
                new ExactObs().Remove(context, new RemovalBudget(61, PruningScope.Global))).Message;
            Assert.Contains(pattern.Name, message, StringComparison.Ordinal);
        }
    }

    private static PruningCriterion Criterion(string name, int threads = 1) => name switch
    {
        "l-obs" => new LayerwiseObs { Threads = threads },
        "l-obs-recomputed" => new LayerwiseObs { Interval = 10, Threads = threads },
        "exact-obs-layers" => new ExactObs { FitsSequentially = false, Threads = threads },
        _ => new ExactObs { Threads = threads },
    };

    private static PruningContext Context(TrainableNetwork network) => new(network, PruningRun.Train, LossKind.CategoricalCrossEntropy);
}
