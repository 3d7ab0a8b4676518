using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Criteria;

public sealed class SnipCriterionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void A_score_is_the_derivative_by_the_mask_variable_normalised(double removed)
    {
        TrainableNetwork network = CriterionData.Network(11, removed);
        PruningContext context = CriterionData.Context(network, samples: 40);
        float[][] scores = new SnipCriterion { SampleCount = 1000 }.Score(context);

        // The oracle multiplies each weight by c and moves c about 1, in double precision.
        const double Step = 1e-5;
        var oracle = new DoubleNetwork(network);
        float[] targets = [.. context.Train.Labels!.SelectMany(label => Enumerable.Range(0, 3).Select(i => i == label ? 1f : 0f))];
        double Loss() => oracle.Loss(LossKind.CategoricalCrossEntropy, context.Train.Inputs, targets, 40);
        double[][] expected = [.. network.PrunableParameters.Select((layer, l) =>
        {
            double[] values = oracle.Parameter(2 * l);
            var derivatives = new double[values.Length];
            for (int i = 0; i < values.Length; i++)
            {
                double saved = values[i];
                values[i] = saved * (1 + Step);
                double above = Loss();
                values[i] = saved * (1 - Step);
                derivatives[i] = Math.Abs(above - Loss()) / (2 * Step);
                values[i] = saved;
            }

            return derivatives;
        })];
        Assert.True(oracle.NearestKink > 1e-4, "A sum lies at a kink, where differences are no derivative; take another seed.");
        double sum = expected.Sum(layer => layer.Sum());
        for (int l = 0; l < scores.Length; l++)
        {
            for (int i = 0; i < scores[l].Length; i++) Assert.Equal(expected[l][i] / sum, scores[l][i], 1e-6);
        }

        Assert.Equal(1, scores.Sum(layer => layer.Sum()), 1e-5);
    }

    [Fact]
    public void The_seed_draws_the_batch_and_values_stay_as_they_are()
    {
        TrainableNetwork network = CriterionData.Network(11);
        uint[][] bits = TrainingData.Bits(network);
        float[][] Scores(int count, ulong seed) =>
            new SnipCriterion { SampleCount = count, Seed = seed }.Score(CriterionData.Context(network, samples: 700));
        Assert.Equal(Scores(100, 1), Scores(100, 1));
        Assert.NotEqual(Scores(100, 1), Scores(100, 2));

        // All samples: the order that the seed drew them in matters to rounding only, in whatever batches they come.
        float[][] first = Scores(700, 1), second = Scores(700, 2);
        for (int l = 0; l < first.Length; l++)
        {
            for (int i = 0; i < first[l].Length; i++) Assert.Equal(first[l][i], second[l][i], 1e-6);
        }

        Assert.Equal(bits, TrainingData.Bits(network));
        Assert.Contains("looks at 0 samples", Assert.Throws<EspalierException>(() => Scores(0, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_no_weight_can_help_gets_scores_of_zero()
    {
        TrainableNetwork network = CriterionData.Network(1);
        foreach (Parameter layer in network.PrunableParameters) layer.Values.AsSpan().Clear();
        float[][] scores = new SnipCriterion().Score(CriterionData.Context(network));
        Assert.All(scores.SelectMany(layer => layer), score => Assert.Equal(0, score));
    }
}
