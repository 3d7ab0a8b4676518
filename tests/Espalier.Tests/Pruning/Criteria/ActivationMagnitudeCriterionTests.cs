using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Criteria;

public sealed class ActivationMagnitudeCriterionTests
{
    [Fact]
    public void A_score_is_the_mean_square_of_the_weights_part_in_its_sum()
    {
        TrainableNetwork network = TrainingData.Network();
        Dataset data = TrainingData.Clouds(700, 3);
        float[][] scores = new ActivationMagnitudeCriterion().Score(new PruningContext(network, data, LossKind.CategoricalCrossEntropy));
        Assert.Equal([95, 57], scores.Select(layer => layer.Length));

        // The oracle: a first layer by hand in double precision, sample by sample.
        Parameter weights = network.Parameters[0], biases = network.Parameters[1], next = network.Parameters[2];
        var first = new double[95];
        var second = new double[57];
        for (int sample = 0; sample < data.Count; sample++)
        {
            ReadOnlySpan<float> x = data.Input(sample);
            for (int unit = 0; unit < 19; unit++)
            {
                double sum = biases.Values[unit];
                for (int j = 0; j < 5; j++)
                {
                    double part = (double)weights.Values[unit * 5 + j] * x[j];
                    first[unit * 5 + j] += part * part / data.Count;
                    sum += part;
                }

                for (int o = 0; o < 3; o++)
                {
                    double part = next.Values[o * 19 + unit] * Math.Max(sum, 0);
                    second[o * 19 + unit] += part * part / data.Count;
                }
            }
        }

        for (int i = 0; i < first.Length; i++) Assert.Equal(first[i], scores[0][i], 1e-5 * first.Max());
        for (int i = 0; i < second.Length; i++) Assert.Equal(second[i], scores[1][i], 1e-5 * second.Max());
    }
}
