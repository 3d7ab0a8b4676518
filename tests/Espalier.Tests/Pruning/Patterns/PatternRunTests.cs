using Espalier.Compilation.Model;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Layerwise;
using Espalier.Pruning.Patterns;
using Espalier.Pruning.Sessions;
using Espalier.Tests.Training;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Patterns;

public sealed class PatternRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("espalier-patterns").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("16x1", "magnitude")]
    [InlineData("of8", "obd")]
    [InlineData("8x1", "snip")]
    public void Gradual_pruning_keeps_to_the_pattern_and_says_so(string name, string criterion)
    {
        PruningPattern pattern = PruningPattern.Parse(name) with { Order = PatternOrder.Live };
        TrainableNetwork network = Dense();
        var pruner = new GradualPruner(network, PruningRun.Train, PruningRun.Validation, new GradualPruningOptions
        {
            Criterion = CriterionCatalog.Create(criterion), Pattern = pattern, Interval = 4,
            Training = PruningRun.Training(4), FineTuning = PruningRun.Training(1),
        });
        PruningLog log = pruner.Run(PruningTarget.Count(400));
        PruningRun.CheckLog(log, network);
        PruningRun.CheckRemoved(network);
        Assert.InRange(network.LiveWeightCount, 385, 400);
        Assert.Equal(pattern.ToString(), log.Pattern);
        Assert.All(log.Rounds, round => Assert.Equal(pattern.ToString(), round.Pattern));
        AssertEven(pruner.Layout!, network);
    }

    [Fact]
    public void A_pattern_that_says_how_many_is_its_own_target()
    {
        TrainableNetwork network = Dense();
        PruningPattern pattern = PruningPattern.Balanced(1, 8) with { Order = PatternOrder.Live };
        var options = new PruningOptions { Pattern = pattern, Rounds = 3 };
        PruningLog log = new Pruner(network, PruningRun.Train, null, PruningRun.Training().Loss, options).Run(PruningTarget.OfPattern);
        Assert.Equal(3, log.Rounds.Count);
        Assert.Equal("what the pattern leaves", log.Target);

        // 5 inputs are too few for a slice, 40 are five; the last layer has 3 units and stays whole.
        Assert.Equal([200, 200, 120], network.PrunableParameters.Select(layer => layer.LiveCount));
        Assert.Throws<EspalierException>(() => Run(pattern, PruningTarget.Count(2000)));
        Assert.Throws<EspalierException>(() => Run(pattern, PruningTarget.CompiledBytes(20000)));
        Assert.Throws<EspalierException>(() => Run(PruningPattern.Even(8), PruningTarget.OfPattern));
    }

    [Theory]
    [InlineData("l-obs")]
    [InlineData("obs")]
    [InlineData("exact-obs")]
    public void A_criterion_that_cannot_follow_the_pattern_is_refused(string name)
    {
        PruningCriterion criterion = CriterionCatalog.Create(name);
        string message = Assert.Throws<EspalierException>(() => Run(PruningPattern.Blocks(8), PruningTarget.Count(50), criterion)).Message;
        Assert.Contains("8x1", message, StringComparison.Ordinal);
        Assert.Contains(name, message, StringComparison.Ordinal);
    }

    [Fact]
    public void ExactObs_keeps_to_slices_of_live_inputs_and_does_better_than_magnitude()
    {
        PruningPattern pattern = PruningPattern.Balanced(1, 8) with { Order = PatternOrder.Live };
        TrainableNetwork dense = Dense(), exact = Dense(), magnitude = Dense();
        Prune(exact, new ExactObs());
        Prune(magnitude, new MagnitudeCriterion());
        Assert.Equal(magnitude.PrunableParameters.Select(layer => layer.LiveCount),
            exact.PrunableParameters.Select(layer => layer.LiveCount));
        double error = NetworkErrorBound.Measure(dense, exact, PruningRun.Train).Error;
        Assert.InRange(error, 0, 0.7 * NetworkErrorBound.Measure(dense, magnitude, PruningRun.Train).Error);

        void Prune(TrainableNetwork network, PruningCriterion criterion)
        {
            var pruner = new Pruner(network, PruningRun.Train, null, PruningRun.Training().Loss,
                new PruningOptions { Pattern = pattern, Criterion = criterion });
            pruner.Run(PruningTarget.OfPattern);
        }
    }

    [Fact]
    public void A_network_without_a_large_layer_is_refused()
    {
        string message = Assert.Throws<EspalierException>(() => new Pruner(
            PruningRun.Dense(), PruningRun.Train, null, PruningRun.Training().Loss,
            new PruningOptions { Pattern = PruningPattern.Blocks(32) }).Run(PruningTarget.Count(50))).Message;
        Assert.Contains("32x1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_taken_up_again_comes_to_the_same_groups_and_bits()
    {
        PruningOptions options = new()
        {
            Pattern = PruningPattern.Blocks(8) with { Order = PatternOrder.Live }, Rounds = 3, Retraining = PruningRun.Training(),
            SessionFolder = _folder,
        };
        TrainableNetwork network = Dense();
        var pruner = new Pruner(network, PruningRun.Train, PruningRun.Validation, PruningRun.Training().Loss, options);
        PruningLog log = pruner.Run(PruningTarget.Count(300));
        PruningSession session = PruningSession.Load(_folder, PruningRun.Train, PruningRun.Validation, round: 1);
        Assert.Equal(options.Pattern.ToString(), session.Rounds[0].Pattern);
        PruningLog again = new Pruner(session, options).Run(PruningTarget.Count(300));
        Assert.Equal(log.Rounds.Select(round => (round.WeightsAfter, round.AfterRetraining)),
            again.Rounds.Select(round => (round.WeightsAfter, round.AfterRetraining)));
        Assert.Equal(TrainingData.Bits(network), TrainingData.Bits(session.Network));
        Assert.Equal(options.Pattern.ToString(), again.Pattern);
    }

    [Theory]
    [InlineData("8x1", 1, 2)]
    [InlineData("8x1", 2, 1)]
    [InlineData("1of8", 1, 3)]
    public void A_gradual_run_taken_up_again_comes_to_the_same_groups_and_bits_by_its_own_pattern_only(string name, int phase, int epoch)
    {
        PruningPattern pattern = PruningPattern.Parse(name) with { Order = PatternOrder.Live };
        PruningTarget target = pattern.SaysHowMany ? PruningTarget.OfPattern : PruningTarget.Count(400);
        GradualPruningOptions options = new()
        {
            Pattern = pattern, Interval = 4, Training = PruningRun.Training(4), FineTuning = PruningRun.Training(2),
        };
        TrainableNetwork whole = Dense(), stopped = Dense();
        var never = new GradualPruner(whole, PruningRun.Train, PruningRun.Validation, options);
        PruningLog expected = never.Run(target);
        options = options with { SessionFolder = _folder };
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new GradualPruner(stopped, PruningRun.Train, PruningRun.Validation, options)
            .Run(target, new Immediate<PruningProgress>(value =>
            {
                if (value.Round == phase && value.Training is { Step: 5 } training && training.Epoch == epoch) source.Cancel();
            }), source.Token));

        PruningSession other = Load();
        string message = Assert.Throws<EspalierException>(() => new GradualPruner(
            other, options with { Pattern = pattern with { Order = PatternOrder.Registers } }).Run(target)).Message;
        Assert.Contains($"its pattern was {name} live, not {name} registers", message, StringComparison.Ordinal);
        Assert.Null(other.Context.Layout);

        PruningSession session = Load();
        var again = new GradualPruner(session, options);
        PruningRun.CheckEqual(expected, again.Run(target));
        Assert.Equal(TrainingData.Bits(whole), TrainingData.Bits(session.Network));
        for (int i = 0; i < again.Layout!.Layers.Count; i++)
        {
            Assert.Equal(never.Layout!.Layers[i]?.SliceOfInput, again.Layout.Layers[i]?.SliceOfInput);
            Assert.Equal(never.Layout.Layers[i]?.GroupOfUnit, again.Layout.Layers[i]?.GroupOfUnit);
        }

        PruningSession Load() => PruningSession.Load(_folder, PruningRun.Train, PruningRun.Validation);
    }

    private static PruningLog Run(PruningPattern pattern, PruningTarget target, PruningCriterion? criterion = null) => new Pruner(
        Dense(), PruningRun.Train, null, PruningRun.Training().Loss,
        new PruningOptions { Pattern = pattern, Criterion = criterion ?? new MagnitudeCriterion() }).Run(target);

    // The units of a group keep as many of each slice; of blocks they keep the same.
    private static void AssertEven(PatternLayout layout, TrainableNetwork network)
    {
        for (int i = 0; i < layout.Layers.Count; i++)
        {
            if (layout.Layers[i] is not LayerLayout one) continue;
            Parameter layer = network.PrunableParameters[i];
            for (int group = 0; group < one.GroupCount; group++)
            {
                int[] units = [.. Enumerable.Range(0, layer.Rows).Where(unit => one.GroupOfUnit[unit] == group)];
                for (int slice = 0; slice < one.SliceCount; slice++)
                {
                    Assert.Single(units.Select(unit => PatternProblem.Count(layer, one, unit, slice)).Distinct());
                }
            }
        }
    }

    private static TrainableNetwork Dense()
    {
        var network = TrainableNetwork.Perceptron(
            "wide", PruningRun.Train.InputShape, [40, 40, 3], Activation.Relu, Activation.Softmax, 1);
        new Trainer(network, PruningRun.Train, null, PruningRun.Training(5)).Run();
        return network;
    }
}
