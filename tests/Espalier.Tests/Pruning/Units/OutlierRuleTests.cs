using Espalier.Compilation.Model;
using Espalier.Pruning.Units;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Units;

public sealed class OutlierRuleTests
{
    [Theory]
    [InlineData(OutlierReplacement.Mean, 2.5)]
    [InlineData(OutlierReplacement.Median, 2.5)]
    public void Outliers_are_replaced_on_both_sides(OutlierReplacement replacement, double expected)
    {
        double[] scores = [1, 2, -900, 3, 4, 1000];
        new OutlierRule(replacement, 1).Apply(scores);
        Assert.Equal([1, 2, expected, 3, 4, expected], scores);
        new OutlierRule(replacement, 100).Apply(scores);
        Assert.Equal([1, 2, expected, 3, 4, expected], scores);
    }

    [Fact]
    public void An_outlier_does_not_leave_first_under_the_rule()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid);
        UnitPruningOptions options = new() { Criterion = new ByIndexCriterion(outlier: new UnitId(2, 3)) };
        Assert.Equal(new UnitId(2, 3), First(options));
        Assert.Equal(new UnitId(1, 0), First(options with { Outliers = new OutlierRule(OutlierReplacement.Median) }));

        UnitId First(UnitPruningOptions options) =>
            new UnitPruner(network.Clone(), UnitRun.Clouds, null, LossKind.CategoricalCrossEntropy, options)
                .Run(UnitTarget.Count(12)).Rounds[0].Removed[0].Unit;
    }
}
