using Espalier.Compilation.Model;
using Espalier.Pruning;
using Espalier.Pruning.Allocation;
using Espalier.Pruning.Criteria;
using Espalier.Reporting;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Allocation;

public sealed class LayerAllocationTests
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;

    private static readonly MagnitudeCriterion s_magnitude = new();

    public static TheoryData<string> Names => ["fractions", "scan", "spdy", "spdy in bytes"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Counts_are_exact_empty_no_layer_and_leave_the_network_alone(string name)
    {
        TrainableNetwork network = PruningRun.Dense();
        uint[][] bits = TrainingData.Bits(network);
        foreach (int live in (int[])[152, 90])
        {
            MaskSelection.Apply(network, s_magnitude.Score(Context(network)), live, PruningScope.Global);
            if (live == 152) Assert.Equal(bits, TrainingData.Bits(network));
            uint[][] before = TrainingData.Bits(network);
            LayerPlan plan = Allocation(name).Prepare(Context(network), s_magnitude, near: live / 3);
            Assert.Equal(before, TrainingData.Bits(network));
            int[] most = [.. network.PrunableParameters.Select(layer => layer.LiveCount)];
            for (int keep = 2; keep <= live; keep++)
            {
                IReadOnlyList<int> counts = plan.CountsFor(keep);
                Assert.Equal(keep, counts.Sum());
                for (int i = 0; i < most.Length; i++) Assert.InRange(counts[i], 1, most[i]);
            }

            Assert.Contains("keep at least 2", Assert.Throws<EspalierException>(() => plan.CountsFor(1)).Message, StringComparison.Ordinal);
            Assert.Contains("only", Assert.Throws<EspalierException>(() => plan.CountsFor(live + 1)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_run_keeps_what_the_allocation_says(string name)
    {
        TrainableNetwork network = PruningRun.Dense();
        var options = new PruningOptions { Allocation = Allocation(name), Rounds = 3, Retraining = PruningRun.Training() };
        PruningLog log = new Pruner(network, PruningRun.Train, PruningRun.Validation, Loss, options).Run(PruningTarget.Count(40));
        PruningRun.CheckLog(log, network);
        PruningRun.CheckRemoved(network);
        Assert.Equal((40, Allocation(name).Name), (log.WeightsAfter, log.Scope));
        Assert.All(network.PrunableParameters, layer => Assert.True(layer.LiveCount >= 1));
        Assert.Contains("emptying one", Assert.Throws<EspalierException>(() =>
            new Pruner(network, PruningRun.Train, null, Loss, options).Run(PruningTarget.Count(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fractions_round_as_the_authors_of_layerwise_surgeons_do()
    {
        TrainableNetwork network =
            TrainableNetwork.Perceptron("lenet", Shape.Flat(784), [300, 100, 10], Activation.Relu, Activation.Softmax, 1);
        var allocation = new FractionAllocation([0.067, 0.2, 0.65]);
        Assert.Equal(22_408, allocation.CountFor(network));
        LayerPlan plan = allocation.Prepare(
            new PruningContext(network, PruningRun.Train, Loss), s_magnitude, near: 22_408);
        Assert.Equal([15_758, 6_000, 650], plan.CountsFor(22_408));
        IReadOnlyList<int> twice = plan.CountsFor(44_166);
        Assert.Equal(1000, twice[2]);
        Assert.InRange((double)twice[0] / twice[1], 15_758.0 / 6_000 - 0.01, 15_758.0 / 6_000 + 0.01);
    }

    [Fact]
    public void Bad_fractions_are_refused()
    {
        foreach (double bad in (double[])[0, -1, 1.01, double.NaN])
        {
            Assert.Contains("give a number above 0 and up to 1",
                Assert.Throws<EspalierException>(() => new FractionAllocation([0.5, bad])).Message, StringComparison.Ordinal);
        }

        Assert.Throws<EspalierException>(() => new FractionAllocation([]));
        Assert.Contains("3 fractions are given for 2 layers", Assert.Throws<EspalierException>(() =>
            new FractionAllocation([0.5, 0.5, 0.5]).CountFor(PruningRun.Dense())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scan_gives_more_to_the_layer_that_bears_less()
    {
        static LayerSensitivity Layer(string name, double steepness) => new(name, 100,
            [.. Enumerable.Range(1, 9)
                .Select(i => new SensitivityPoint(1 - i / 10.0, 100 - 10 * i, new Evaluation(100, 0, 1 + steepness * i * i)))]);
        TrainableNetwork network = TrainableNetwork.Perceptron("two", Shape.Flat(10), [10, 10], Activation.Relu, Activation.Softmax, 1);
        LayerPlan plan = ScanAllocation.PlanOf(network,
            new SensitivityScan("magnitude", "x", new Evaluation(100, 0, 1), [Layer("fc1", 1), Layer("fc2", 4)]));

        // The rise of i^2 and 4 i^2: the first layer loses twice as many weights as the second.
        Assert.Equal([40, 70], plan.CountsFor(110));
        Assert.Equal([80, 90], plan.CountsFor(170));
    }

    [Fact]
    public void Equal_curves_get_equal_shares_and_the_search_never_does_worse_than_the_plain_sum()
    {
        TrainableNetwork network = PruningRun.Dense();
        PruningContext context = Context(network);
        foreach (int keep in (int[])[20, 40, 80])
        {
            double plain = LossWith(new SpdyOptions { Starts = 0 }), searched = LossWith(new SpdyOptions());
            Assert.True(searched <= plain, $"{keep}: {searched} against {plain}");

            double LossWith(SpdyOptions options)
            {
                var curves = Curves(context);
                int[][] levels = [.. curves.Select(SpdyAllocation.Levels)];
                var program = new SpdyProgram(curves, levels, [1, 1]);
                double[] found = new SpdySearch(context, curves, program, options).Find(keep, CancellationToken.None);
                int[] chosen = program.Solve(found, keep);
                Assert.InRange(program.Count(chosen), 2, keep);
                TrainableNetwork stitched = network.Clone();
                for (int i = 0; i < chosen.Length; i++) curves[i].Apply(stitched, levels[i][chosen[i]]);
                return Evaluator.Evaluate(stitched, PruningRun.Train, Loss).Loss;
            }
        }
    }

    [Fact]
    public void Levels_are_those_of_the_paper()
    {
        int[] levels = SpdyAllocation.Levels(new MagnitudeCurve(PruningRun.Dense(), 0));
        Assert.Equal([95, 57, 51, 46], levels[..4]);
        Assert.Equal(1, levels[^1]);
        Assert.Equal(levels.Distinct(), levels);
    }

    [Fact]
    public void Impossible_constants_are_refused()
    {
        foreach (SpdyOptions bad in (SpdyOptions[])
            [new() { Starts = -1 }, new() { Failures = -1 }, new() { CalibrationSamples = 0 }, new() { ResampledShare = 0 }])
        {
            Assert.Contains("Allocation option", Assert.Throws<EspalierException>(() =>
                new SpdyAllocation((context, _) => Curves(context), bad).Prepare(Context(PruningRun.Dense()), s_magnitude, 20)).Message,
                StringComparison.Ordinal);
        }
    }

    private static PruningContext Context(TrainableNetwork network) => new(network, PruningRun.Train, Loss);

    private static IReadOnlyList<ILayerLossCurve> Curves(PruningContext context) =>
        [.. context.Network.PrunableParameters.Select((_, i) => new MagnitudeCurve(context.Network, i))];

    private static LayerAllocation Allocation(string name) => name switch
    {
        "fractions" => new FractionAllocation([0.2, 0.6]),
        "scan" => new ScanAllocation(100),
        "spdy" => new SpdyAllocation((context, _) => Curves(context), new SpdyOptions { Starts = 10, Failures = 10 }),
        _ => new SpdyAllocation((context, _) => Curves(context), new SpdyOptions { Starts = 5, Failures = 5, Price = CompiledCost.Bytes }),
    };

    /// <summary>The sum of the squares that magnitude removes.</summary>
    private sealed class MagnitudeCurve(TrainableNetwork network, int layer) : ILayerLossCurve
    {
        private readonly TrainableNetwork _traced = network.Clone();
        private readonly float[] _live = [.. network.PrunableParameters[layer].Values
            .Where((_, i) => network.PrunableParameters[layer].Mask is not uint[] mask || mask[i] == Parameter.Live)
                .Order(new ByMagnitude())];

        public int Least => 1;

        public int Most => _live.Length;

        public double LossAt(int keep) => _live.Take(Most - keep).Sum(weight => (double)weight * weight);

        public void Apply(TrainableNetwork target, int keep)
        {
            Parameter from = _traced.PrunableParameters[layer], to = target.PrunableParameters[layer];
            from.Values.CopyTo(to.Values, 0);
            if (from.Mask is uint[] mask) to.Freeze(mask);
            else to.Thaw();
            int[] counts = [.. target.PrunableParameters.Select(parameter => parameter.LiveCount)];
            counts[layer] = keep;
            new MagnitudeCriterion().Remove(new PruningContext(target, PruningRun.Train, Loss), RemovalBudget.PerLayer(counts));
        }

        private sealed class ByMagnitude : IComparer<float>
        {
            public int Compare(float x, float y) => Math.Abs(x).CompareTo(Math.Abs(y));
        }
    }
}
