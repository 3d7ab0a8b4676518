using Espalier.Pruning.Criteria;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Criteria;

public sealed class LookaheadCriterionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    public void A_score_is_the_squared_change_of_the_product_of_three_layers_when_the_weight_goes(double removed)
    {
        TrainableNetwork network = CriterionData.Network(4, removed);
        float[][] scores = new LookaheadCriterion().Score(CriterionData.Context(network));
        for (int l = 0; l < scores.Length; l++)
        {
            Parameter layer = network.PrunableParameters[l];
            double[,] whole = Product(network, l, -1);
            for (int i = 0; i < layer.Values.Length; i++)
            {
                double[,] without = Product(network, l, i);
                double change = 0;
                for (int row = 0; row < whole.GetLength(0); row++)
                {
                    for (int column = 0; column < whole.GetLength(1); column++)
                    {
                        change += Math.Pow(whole[row, column] - without[row, column], 2);
                    }
                }

                Assert.Equal(change, scores[l][i], 1e-6 * (1 + change));
            }
        }
    }

    [Fact]
    public void Scaling_one_unit_leaves_scores_at_its_layers_alone()
    {
        // What the unit gains on its way in it loses on its way out, where both its neighbours are in the product.
        TrainableNetwork network = CriterionData.Network(5);
        TrainableNetwork scaled = CriterionData.WithScaledUnit(network, 0, 2, 4);
        float[] before = new LookaheadCriterion().Score(CriterionData.Context(network))[0];
        float[] after = new LookaheadCriterion().Score(CriterionData.Context(scaled))[0];
        for (int i = 0; i < before.Length; i++) Assert.Equal(before[i], after[i], 1e-5f);
    }

    /// <summary>W(l+1) W(l) W(l-1), those of them that there are, with one weight of W(l) left out.</summary>
    private static double[,] Product(TrainableNetwork network, int layer, int leftOut)
    {
        double[,] product = Matrix(network.PrunableParameters[layer], leftOut);
        if (layer > 0) product = Multiply(product, Matrix(network.PrunableParameters[layer - 1], -1));
        return layer + 1 < network.PrunableParameters.Count
            ? Multiply(Matrix(network.PrunableParameters[layer + 1], -1), product)
            : product;
    }

    private static double[,] Matrix(Parameter weights, int leftOut)
    {
        var matrix = new double[weights.Rows, weights.Columns];
        for (int i = 0; i < weights.Values.Length; i++)
        {
            matrix[i / weights.Columns, i % weights.Columns] = i == leftOut ? 0 : weights.Values[i];
        }

        return matrix;
    }

    private static double[,] Multiply(double[,] a, double[,] b)
    {
        var product = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < b.GetLength(1); j++)
            {
                for (int k = 0; k < b.GetLength(0); k++) product[i, j] += a[i, k] * b[k, j];
            }
        }

        return product;
    }
}
