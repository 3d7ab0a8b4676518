using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Inference;
using Espalier.Pruning;
using Espalier.Pruning.Units;
using Espalier.Pruning.Units.Criteria;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Units;

public sealed class FilterPrunerTests
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;

    private static readonly Dataset s_bars = Bars(200);
    private static readonly TrainableNetwork s_trained = Trained();

    [Theory]
    [InlineData("taylor")]
    [InlineData("brute-force")]
    [InlineData("second-order")]
    [InlineData("filter-norm")]
    public void Filters_and_units_leave_in_rounds_and_retraining_makes_up_for_them(string criterion)
    {
        TrainableNetwork network = s_trained.Clone();
        UnitPruningOptions options = new()
        {
            Criterion = UnitCriterionCatalog.Create(criterion), UnitsPerRound = 4, Retraining = PruningRun.Training(8), MinimumUnits = 2,
        };
        UnitPruningLog log = new UnitPruner(network, s_bars, null, Loss, options).Run(UnitTarget.Count(10));
        Assert.Equal((22, 10, 3), (log.UnitsBefore, log.UnitsAfter, log.Rounds.Count));
        PruningRun.CheckRemoved(network);
        Assert.True(log.After.ErrorPercent < 20, $"{log.After.ErrorPercent} % wrong");
        IReadOnlyList<UnitCount> counts = UnitCount.Of(network);
        Assert.Equal(["input", "a", "b", "f"], counts.Select(count => count.Layer));
        Assert.Equal([UnitKind.Input, UnitKind.Filter, UnitKind.Filter, UnitKind.Unit], counts.Select(count => count.Kind));
        Assert.Equal(10, counts.Skip(1).Sum(count => count.Read));

        // What was trained on with holes in it computes the same once they are closed.
        TrainableNetwork smaller = NetworkShrinker.Shrink(network);
        Assert.Equal(counts.Skip(1).Select(count => count.Read), UnitCount.Of(smaller).Skip(1).Select(count => count.All));
        Assert.Equal(network.LiveWeightCount, smaller.WeightCount);
        ReferenceInterpreter whole = new(network.ToNetwork()), part = new(smaller.ToNetwork());
        float[] expected = new float[2], actual = new float[2];
        for (int i = 0; i < 20; i++)
        {
            whole.Predict(s_bars.Input(i), expected);
            part.Predict(s_bars.Input(i), actual);
            Assert.Equal(expected[0], actual[0], 1e-6);
        }
    }

    [Fact]
    public void Brute_force_predicts_each_step_of_one_filter()
    {
        foreach (bool foldMeans in (bool[])[false, true])
        {
            UnitPruningOptions options = new() { Criterion = new BruteForceCriterion(foldMeans), FoldMeans = foldMeans };
            UnitPruningLog log = new UnitPruner(s_trained.Clone(), s_bars, null, Loss, options).Run(UnitTarget.Count(6));
            Assert.All(log.Rounds, round => Assert.Equal(round.ActualLossChange, round.PredictedLossChange!.Value, 1e-5));
            Assert.Contains(log.Rounds, round => Math.Abs(round.ActualLossChange) > 1e-3);
        }
    }

    [Fact]
    public void A_good_criterion_beats_chance()
    {
        // The signed first order does not: at a minimum of the loss its mean over the samples says next to nothing.
        double chance = Enumerable.Range(1, 5).Average(seed => After(new RandomUnitCriterion((ulong)seed)));
        foreach (UnitCriterion criterion in ((string[])["brute-force", "taylor"]).Select(UnitCriterionCatalog.Create))
        {
            Assert.True(After(criterion) < chance, $"{criterion.Name}: {After(criterion)}, by chance {chance}");
        }

        double After(UnitCriterion criterion) => new UnitPruner(s_trained.Clone(), s_bars, null, Loss, new() { Criterion = criterion })
            .Run(UnitTarget.Count(14)).After.Loss;
    }

    [Fact]
    public void Units_that_cost_more_weights_have_to_be_worth_more()
    {
        // Each of b's filters costs 24 + 32 weights, of a's 9 + 32, of f's units 32 + 2.
        UnitPruningOptions options = new() { Criterion = new EqualCriterion(), PerWeight = true, MinimumUnits = 7 };
        Assert.Equal([(4, 0), (5, 0)], Removed(options));
        Assert.Equal([(1, 0), (1, 1)], Removed(options with { PerWeight = false, MinimumUnits = 1 }));
        Assert.Equal([(4, 0), (4, 1)], Removed(options with { MinimumUnits = 1 }));

        static (int Layer, int Unit)[] Removed(UnitPruningOptions options) =>
        [
            .. new UnitPruner(s_trained.Clone(), s_bars, null, Loss, options).Run(UnitTarget.Rounds(2)).Rounds
                .Select(round => (round.Removed[0].Unit.Layer, round.Removed[0].Unit.Unit)),
        ];
    }

    [Fact]
    public void Twins_among_filters_are_merged()
    {
        TrainableNetwork network = s_trained.Clone();
        Parameter weights = network.Parameters[0], next = network.PrunableParameters[1];
        for (int i = 0; i < weights.Columns; i++) weights.Values[i] = 2 * weights.Values[weights.Columns + i];
        network.Parameters[1].Values[0] = 2 * network.Parameters[1].Values[1];
        TrainableBatchNormalization normalization = (TrainableBatchNormalization)network.Layers[1];
        normalization.RunningMean.Values[0] = 2 * normalization.RunningMean.Values[1];
        normalization.RunningVariance.Values[0] = 4 * normalization.RunningVariance.Values[1];
        normalization.Scale.Values[0] = normalization.Scale.Values[1];
        normalization.Shift.Values[0] = normalization.Shift.Values[1];
        TrainableNetwork before = network.Clone();
        UnitPruningOptions options = new() { Criterion = new ByIndexCriterion(), Twins = UnitTwins.Merge, TwinCorrelation = 0.999 };
        UnitPruningLog log = new UnitPruner(network, s_bars, null, Loss, options).Run(UnitTarget.Count(21));
        RemovedUnit removed = Assert.Single(Assert.Single(log.Rounds).Removed);
        Assert.Equal((new UnitId(1, 0), 1), (removed.Unit, removed.Twin));
        Assert.Equal(Evaluator.Evaluate(before, s_bars, Loss).Loss, Evaluator.Evaluate(network, s_bars, Loss).Loss, 1e-3);
        Assert.All(Enumerable.Range(0, 4 * next.Rows), i => Assert.Equal(0, next.Values[i / 4 * next.Columns + i % 4]));
    }

    [Fact]
    public void The_reconstruction_of_n2ps_prunes_filters_too()
    {
        TrainableNetwork network = s_trained.Clone();
        SignificancePruningOptions options = new() { ErrorRise = 2, Retraining = PruningRun.Training(3) };
        UnitPruningLog log = new SignificancePruner(network, s_bars, null, options).Run();
        Assert.True(log.UnitsAfter < log.UnitsBefore - 3 && log.After.ErrorPercent <= log.Before.ErrorPercent + 2);
    }

    private sealed class EqualCriterion : UnitCriterion
    {
        public override string Name => "equal";

        private protected override double[][] Score(
            PruningContext context, UnitLayers layers, bool[][] live, CancellationToken cancellation) =>
            Array.ConvertAll(live, layer => Array.ConvertAll(layer, isLive => isLive ? 1.0 : 0));
    }

    /// <summary>Two convolutions with normalisation and pooling, and a dense layer, that tell upright bars from level ones.</summary>
    private static TrainableNetwork Trained()
    {
        TrainableNetwork network = new("bars", new Shape(1, 8, 8),
        [
            new TrainableConvolution("a", new(1, 8, 8), 6, Window.Square(3), Activation.Identity),
            new TrainableBatchNormalization("n", new(6, 6, 6), Activation.Relu),
            new TrainablePooling(new("p", new(6, 6, 6), PoolingKind.Max, Window.Square(2, stride: 2), false, false, Activation.Identity)),
            new TrainableConvolution("b", new(6, 3, 3), 8, Window.Square(2), Activation.Relu),
            new TrainableDense("f", 32, 8, Activation.Relu), new TrainableDense("last", 8, 2, Activation.Softmax),
        ]);
        var random = new SeededRandom(3);
        foreach (TrainableWeightedLayer layer in network.Layers.OfType<TrainableWeightedLayer>())
        {
            double spread = Math.Sqrt(2.0 / layer.Weights.Columns);
            foreach (ref float weight in layer.Weights.Values.AsSpan()) weight = (float)(spread * random.NextNormal());
        }

        new Trainer(network, s_bars, null, PruningRun.Training(20)).Run();
        return network;
    }

    private static Dataset Bars(int count)
    {
        var random = new SeededRandom(9);
        var inputs = new float[count * 64];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = random.Next(2);
            int place = random.Next(8);
            for (int j = 0; j < 64; j++)
            {
                bool isOn = (labels[i] == 0 ? j % 8 : j / 8) == place;
                inputs[i * 64 + j] = (isOn ? 1 : 0) + 0.3f * (float)random.NextNormal();
            }
        }

        return Dataset.Classification("bars", new Shape(1, 8, 8), inputs, labels, ["upright", "level"]);
    }
}
