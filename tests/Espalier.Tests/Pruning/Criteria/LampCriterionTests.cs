using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Criteria;

public sealed class LampCriterionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    public void A_score_is_the_share_of_a_weight_in_what_is_at_least_as_large_and_live(double removed)
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            TrainableNetwork network = CriterionData.Network(seed, removed);
            float[][] scores = new LampCriterion().Score(CriterionData.Context(network));
            for (int l = 0; l < scores.Length; l++)
            {
                Parameter layer = network.PrunableParameters[l];
                int[] live = [.. Enumerable.Range(0, layer.Values.Length).Where(i => CriterionData.IsLive(layer, i))];
                foreach (int u in live)
                {
                    double sum = live.Where(v => Math.Abs(layer.Values[v]) >= Math.Abs(layer.Values[u]))
                        .Sum(v => (double)layer.Values[v] * layer.Values[v]);
                    Assert.Equal(layer.Values[u] * (double)layer.Values[u] / sum, scores[l][u], 1e-6);
                }

                Assert.Equal(1, live.Max(u => scores[l][u]));
            }
        }
    }

    [Fact]
    public void Of_equal_weights_the_earlier_is_worth_less_and_only_one_scores_1()
    {
        TrainableNetwork network = CriterionData.Network(1);
        float[] values = network.PrunableParameters[1].Values;
        for (int i = 0; i < values.Length; i++) values[i] = i % 2 == 0 ? 0.5f : -0.5f;
        float[] scores = new LampCriterion().Score(CriterionData.Context(network))[1];
        for (int i = 0; i < scores.Length; i++) Assert.Equal(1.0 / (scores.Length - i), scores[i], 1e-6);
    }

    [Fact]
    public void Weights_of_zero_are_worth_nothing()
    {
        TrainableNetwork network = CriterionData.Network(1);
        network.PrunableParameters[0].Values.AsSpan().Clear();
        float[][] scores = new LampCriterion().Score(CriterionData.Context(network));
        Assert.All(scores[0], score => Assert.Equal(0, score));
        Assert.DoesNotContain(scores.SelectMany(layer => layer), float.IsNaN);
    }

    [Fact]
    public void No_layer_is_emptied_where_magnitude_empties_one()
    {
        TrainableNetwork network = CriterionData.Network(2);
        foreach (ref float value in network.PrunableParameters[1].Values.AsSpan()) value *= 1e-3f;
        int[] Left(PruningCriterion criterion) =>
            [.. CriterionData.Survivors(criterion, network, 3).Select(layer => layer.Count(isLive => isLive))];
        Assert.Equal([1, 1, 1], Left(new LampCriterion()));
        Assert.Equal(0, Left(new MagnitudeCriterion())[1]);
    }

    [Fact]
    public void Scaling_whole_layers_leaves_its_choice_alone_and_changes_that_of_magnitude()
    {
        TrainableNetwork network = CriterionData.Network(3, removed: 0.2);
        TrainableNetwork scaled = CriterionData.WithScaledLayer(network, 0, 8);
        Assert.Equal(CriterionData.Survivors(new LampCriterion(), network, 30), CriterionData.Survivors(new LampCriterion(), scaled, 30));
        Assert.NotEqual(
            CriterionData.Survivors(new MagnitudeCriterion(), network, 30), CriterionData.Survivors(new MagnitudeCriterion(), scaled, 30));
    }

    [Fact]
    public void Scaling_one_unit_changes_its_choice_and_that_of_magnitude()
    {
        TrainableNetwork network = CriterionData.Network(3, removed: 0.2);
        TrainableNetwork scaled = CriterionData.WithScaledUnit(network, 0, 2, 8);
        foreach (PruningCriterion criterion in (PruningCriterion[])[new LampCriterion(), new MagnitudeCriterion()])
        {
            Assert.NotEqual(CriterionData.Survivors(criterion, network, 30), CriterionData.Survivors(criterion, scaled, 30));
        }
    }
}
