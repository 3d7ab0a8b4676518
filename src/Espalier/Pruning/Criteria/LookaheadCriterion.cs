using Espalier.Pruning.Layerwise;
using Espalier.Training;

namespace Espalier.Pruning.Criteria;

/// <summary>
/// Lookahead (Park et al. 2020): s_ij = w_ij^2 (sum of squares of row j of the previous layer's weights) (sum of squares of column i of the
/// next layer's), the square of the change in the Frobenius norm of the product of three neighbouring layers when the weight goes. At
/// either end of the network the missing layer counts 1. Removed weights are zero and add nothing.
/// </summary>
public sealed class LookaheadCriterion : ScoreCriterion
{
    /// <inheritdoc/>
    public override string Name => "lookahead";

    /// <inheritdoc/>
    public override float[][] Score(PruningContext context, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        Parameter[] layers = Array.ConvertAll(DenseLayers.Of(context.Network), layer => layer.Weights);
        var scores = new float[layers.Length][];
        for (int layer = 0; layer < scores.Length; layer++)
        {
            double[] before = layer == 0 ? Ones(layers[layer].Columns) : RowSquares(layers[layer - 1]);
            double[] after = layer == scores.Length - 1 ? Ones(layers[layer].Rows) : ColumnSquares(layers[layer + 1]);
            scores[layer] = Score(layers[layer], before, after);
        }

        return scores;
    }

    private static float[] Score(Parameter weights, double[] before, double[] after)
    {
        var scores = new float[weights.Values.Length];
        for (int i = 0; i < weights.Rows; i++)
        {
            for (int j = 0; j < weights.Columns; j++)
            {
                double weight = weights.Values[i * weights.Columns + j];
                scores[i * weights.Columns + j] = (float)(weight * weight * before[j] * after[i]);
            }
        }

        return scores;
    }

    private static double[] RowSquares(Parameter weights)
    {
        var sums = new double[weights.Rows];
        for (int i = 0; i < weights.Values.Length; i++) sums[i / weights.Columns] += (double)weights.Values[i] * weights.Values[i];
        return sums;
    }

    private static double[] ColumnSquares(Parameter weights)
    {
        var sums = new double[weights.Columns];
        for (int i = 0; i < weights.Values.Length; i++) sums[i % weights.Columns] += (double)weights.Values[i] * weights.Values[i];
        return sums;
    }

    private static double[] Ones(int count)
    {
        var ones = new double[count];
        ones.AsSpan().Fill(1);
        return ones;
    }
}
