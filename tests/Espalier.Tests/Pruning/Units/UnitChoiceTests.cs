using Espalier.Compilation.Model;
using Espalier.Pruning.Units;
using Espalier.Pruning.Units.Criteria;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Units;

public sealed class UnitChoiceTests
{
    private static readonly Comparer<UnitId> s_byPlace = Comparer<UnitId>.Create((a, b) => (a.Layer, a.Unit).CompareTo((b.Layer, b.Unit)));

    [Theory]
    [InlineData(UnitRanking.EachRound)]
    [InlineData(UnitRanking.Once)]
    public void Under_the_rule_of_Hu_all_units_leave_whose_zeros_are_beyond_a_deviation_of_their_layer(UnitRanking ranking)
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Relu), look = network.Clone();
        UnitPruningOptions options = new() { Criterion = new ZeroActivationCriterion(), Choice = UnitChoice.Outlying, Ranking = ranking };
        UnitPruningLog log = Run(network, options, UnitTarget.Rounds(2));
        Assert.Equal(ranking == UnitRanking.Once ? 1 : 2, log.Rounds.Count);
        var gone = new List<UnitId>();
        foreach (UnitPruningRound round in log.Rounds)
        {
            double[][] scores = new ZeroActivationCriterion().Score(UnitRun.Context(look));
            var expected = new List<UnitId>();
            for (int layer = 1; layer < 3; layer++)
            {
                // As they say it: of the average percentage of zeros, above the mean.
                int[] live = [.. Enumerable.Range(0, scores[layer].Length).Where(unit => !gone.Contains(new UnitId(layer, unit)))];
                double[] zeros = [.. live.Select(unit => 100 - 100 * scores[layer][unit])];
                double mean = zeros.Sum() / zeros.Length, squares = zeros.Sum(one => one * one) / zeros.Length;
                double bound = mean + Math.Sqrt(squares - mean * mean);
                expected.AddRange(live.Where((_, i) => zeros[i] > bound).Select(unit => new UnitId(layer, unit)));
            }

            Assert.NotEmpty(expected);
            Assert.Equal(expected.Order(s_byPlace), round.Removed.Select(one => one.Unit).Order(s_byPlace));
            foreach (UnitId unit in expected) new UnitLayers(look).Remove(unit);
            gone.AddRange(expected);
        }
    }

    [Fact]
    public void Outlying_units_leave_down_to_the_target_and_no_further_than_there_are_any()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Relu);
        UnitPruningOptions options = new() { Criterion = new OutputNormCriterion(), Choice = UnitChoice.Outlying };
        Assert.Equal(12, Run(network.Clone(), options, UnitTarget.Count(12)).UnitsAfter);
        UnitPruningLog log = Run(network, options, UnitTarget.Count(1 + 1));
        Assert.All(log.Rounds, round => Assert.NotEmpty(round.Removed));
        double[][] scores = new OutputNormCriterion().Score(UnitRun.Context(network));
        bool[][] live = new UnitLayers(network).Live();
        for (int layer = 1; layer < 3; layer++)
        {
            double[] left = [.. scores[layer].Where((_, unit) => live[layer][unit])];
            double mean = left.Average();
            Assert.All(left, score => Assert.True(score >= mean - Math.Sqrt(left.Average(one => (one - mean) * (one - mean)))));
        }

        Assert.Equal([12, 11], Run(UnitRun.Trained(Activation.Relu), new(), UnitTarget.Rounds(2)).Rounds.Select(round => round.UnitsAfter));
        Assert.Contains("at least 1", Assert.Throws<EspalierException>(() => UnitTarget.Rounds(0)).Message, StringComparison.Ordinal);
    }

    private static UnitPruningLog Run(TrainableNetwork network, UnitPruningOptions options, UnitTarget target) =>
        new UnitPruner(network, UnitRun.Clouds, null, LossKind.CategoricalCrossEntropy, options).Run(target);
}
