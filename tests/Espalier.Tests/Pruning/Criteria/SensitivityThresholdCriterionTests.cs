using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Criteria;

public sealed class SensitivityThresholdCriterionTests
{
    [Theory]
    [InlineData(0, 0.3)]
    [InlineData(0, 1.1)]
    [InlineData(0.4, 0.7)]
    public void A_factor_leaves_what_is_not_below_so_many_deviations(double removed, double factor)
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            TrainableNetwork network = CriterionData.Network(seed, removed);
            float[] qualities = [1, 0.5f, 2];
            var criterion = new SensitivityThresholdCriterion(qualities);
            RemovalBudget budget = criterion.BudgetAt(network, factor);
            float[][] values = [.. network.PrunableParameters.Select(layer => (float[])layer.Values.Clone())];
            bool[][] live = [.. network.PrunableParameters.Select(layer => Live(layer))];
            criterion.Remove(CriterionData.Context(network), budget);
            for (int l = 0; l < values.Length; l++)
            {
                double[] left = [.. values[l].Where((_, i) => live[l][i]).Select(value => (double)value)];
                double mean = left.Average(), deviation = Math.Sqrt(left.Average(value => (value - mean) * (value - mean)));
                bool[] expected =
                    [.. values[l].Select((value, i) => live[l][i] && Math.Abs(value) >= (float)(factor * qualities[l] * deviation))];
                Assert.Equal(expected, Live(network.PrunableParameters[l]));
            }
        }
    }

    [Fact]
    public void A_budget_finds_the_factor_that_meets_it()
    {
        TrainableNetwork network = CriterionData.Network(7, removed: 0.2), again = network.Clone();
        var criterion = new SensitivityThresholdCriterion();
        Removal removal = criterion.Remove(CriterionData.Context(network), new RemovalBudget(25, PruningScope.Global));
        Assert.Equal(25, network.LiveWeightCount);

        // Just above the factor that was found, the threshold makes the same choice; at it, the last weight that went would stay.
        Assert.Equal(25, criterion.BudgetAt(again, MathF.BitIncrement(removal.Threshold!.Value)).Keep);
        Assert.Equal(26, criterion.BudgetAt(again, removal.Threshold.Value).Keep);
    }

    [Fact]
    public void Scaling_a_layer_changes_nothing()
    {
        TrainableNetwork network = CriterionData.Network(3);
        var criterion = new SensitivityThresholdCriterion();
        Assert.Equal(
            CriterionData.Survivors(criterion, network, 30),
            CriterionData.Survivors(criterion, CriterionData.WithScaledLayer(network, 0, 8), 30));
    }

    [Fact]
    public void Weights_all_alike_stay_and_zeros_go()
    {
        TrainableNetwork network = CriterionData.Network(1);
        network.PrunableParameters[0].Values.AsSpan().Fill(0.25f);
        network.PrunableParameters[1].Values.AsSpan().Clear();
        float[][] scores = new SensitivityThresholdCriterion().Score(CriterionData.Context(network));
        Assert.All(scores[0], score => Assert.Equal(float.PositiveInfinity, score));
        Assert.All(scores[1], score => Assert.Equal(0, score));
    }

    [Fact]
    public void Bad_settings_are_refused()
    {
        TrainableNetwork network = CriterionData.Network(1);
        Assert.Contains("quality of 0", Refusal([1, 0, 1]), StringComparison.Ordinal);
        Assert.Contains("quality of NaN", Refusal([float.NaN]), StringComparison.Ordinal);
        Assert.Contains("3 layers of weights, but 2 qualities",
            Refusal([1, 1]), StringComparison.Ordinal);
        Assert.Contains("threshold of -1", Refusal([1, 1, 1], -1), StringComparison.Ordinal);

        string Refusal(float[] qualities, double factor = 1) => Assert.Throws<EspalierException>(() =>
            new SensitivityThresholdCriterion(qualities).BudgetAt(network, factor)).Message;
    }

    private static bool[] Live(Parameter layer) =>
        [.. Enumerable.Range(0, layer.Values.Length).Select(i => CriterionData.IsLive(layer, i))];
}
