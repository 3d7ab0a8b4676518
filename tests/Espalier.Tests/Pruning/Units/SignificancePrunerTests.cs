using Espalier.Compilation.Model;
using Espalier.Pruning;
using Espalier.Pruning.Units;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Units;

public sealed class SignificancePrunerTests
{
    private static SignificancePruningOptions Options => new() { ErrorRise = 1, Retraining = PruningRun.Training(5) };

    [Fact]
    public void Inputs_and_units_leave_for_as_long_as_the_error_allows()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid, epochs: 30);
        UnitPruningLog log = new SignificancePruner(network, UnitRun.Clouds, null, Options).Run();
        Assert.Equal((18, "n2ps"), (log.UnitsBefore, log.Criterion));
        Assert.InRange(log.UnitsAfter, 3, 14);
        Assert.True(log.After.ErrorPercent <= log.Before.ErrorPercent + 1);
        Assert.Equal(log.After, Evaluator.Evaluate(network, UnitRun.Clouds, LossKind.CategoricalCrossEntropy));
        Assert.Contains(log.Rounds, round => round.IsTakenBack);
        Assert.All(log.Rounds, round => Assert.Equal(round.IsTakenBack, round.After.ErrorPercent > log.Before.ErrorPercent + 1));
        Assert.All(log.Rounds, round => Assert.Single(round.Removed.Select(one => one.Unit.Layer).Distinct()));
        UnitId[] removed = [.. log.Rounds.Where(round => !round.IsTakenBack).SelectMany(round => round.Removed).Select(one => one.Unit)];
        Assert.Equal(log.UnitsBefore - log.UnitsAfter, removed.Distinct().Count());
        bool[][] live = new UnitLayers(network).Live();
        Assert.All(removed, unit => Assert.False(live[unit.Layer][unit.Unit]));
        Assert.Equal(log.UnitsAfter, live.Sum(layer => layer.Count(isLive => isLive)));

        // Inputs 3 and 4 of the clouds are noise; the others tell the classes.
        Assert.All(removed.Where(unit => unit.Layer == 0), unit => Assert.InRange(unit.Unit, 3, 4));
        Assert.Contains(removed, unit => unit.Layer == 0);
    }

    [Fact]
    public void A_threshold_that_nothing_is_below_removes_nothing()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid);
        uint[][] bits = TrainingData.Bits(network);
        UnitPruningLog log = new SignificancePruner(
            network, UnitRun.Clouds, null, Options with { Threshold = 1e-6, LeastThreshold = 1e-6 }).Run();
        Assert.Empty(log.Rounds);
        Assert.Equal(bits, TrainingData.Bits(network));
    }

    [Fact]
    public void Layers_keep_their_minimum_whatever_the_threshold()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid);
        new SignificancePruner(network, UnitRun.Clouds, null,
            Options with { Threshold = 100, LeastThreshold = 100, ErrorRise = 100, MinimumUnits = 2 }).Run();
        Assert.Equal([2, 2, 2], new UnitLayers(network).Live().Select(layer => layer.Count(isLive => isLive)));
    }

    [Fact]
    public void A_cancelled_run_leaves_the_last_good_round()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid);
        uint[][] bits = TrainingData.Bits(network);
        using var source = new CancellationTokenSource();
        var progress = new Immediate<PruningProgress>(value =>
        {
            if (value is { Round: 1, Training: { Epoch: 3 } }) source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(
            () => new SignificancePruner(network, UnitRun.Clouds, null, Options).Run(progress, source.Token));
        Assert.Equal(bits, TrainingData.Bits(network));
    }

    [Fact]
    public void Bad_options_and_data_get_one_clear_error()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid);
        Assert.Contains("classes", Assert.Throws<EspalierException>(() => new SignificancePruner(
            network, PruningRun.WithTargets(UnitRun.Clouds), null, Options).Run()).Message, StringComparison.Ordinal);
        foreach ((string word, SignificancePruningOptions options) in ((string, SignificancePruningOptions)[])
            [
                ("Thresholds", Options with { Threshold = 0.01 }), ("Thresholds", Options with { LeastThreshold = 0 }),
                ("Thresholds", Options with { Threshold = double.NaN }), ("MinimumUnits", Options with { MinimumUnits = 0 }),
                ("0 to 100", Options with { ErrorRise = -1 }), ("Epochs", Options with { Retraining = new TrainingOptions { Epochs = 0 } }),
            ])
        {
            Assert.Contains(word, Assert.Throws<EspalierException>(
                () => new SignificancePruner(network, UnitRun.Clouds, null, options)).Message, StringComparison.Ordinal);
        }
    }
}
