using Espalier.Pruning.Layerwise;
using Espalier.Training;

namespace Espalier.Pruning.Criteria;

/// <summary>
/// Lookahead (Park et al. 2020): s_ij = w_ij^2 (sum of squares of row j of the previous layer's weights) (sum of squares of column i of the
/// next layer's), the square of the change in the Frobenius norm of the product of three neighbouring layers when the weight goes. At
/// either end of the network the missing layer counts 1. Removed weights are zero and add nothing.
/// </summary>
/// <remarks>
/// Of convolutions, a row is a filter and a column all taps of a channel. Neighbours are found through layers without weights: an image
/// that is flattened has for its columns those of each channel, and branches add up (<see cref="ChannelSquares"/>).
/// </remarks>
public sealed class LookaheadCriterion : ScoreCriterion
{
    /// <inheritdoc/>
    public override string Name => "lookahead";

    /// <inheritdoc/>
    public override float[][] Score(PruningContext context, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        TrainableNetwork network = context.Network;
        double[][] written = ChannelSquares.OfWriters(network), read = ChannelSquares.OfReaders(network);
        return
        [
            .. WeightedLayers.Of(network).Select(place =>
                Score(place.Layer.Weights, ChannelSquares.OfColumns(network, place, written), read[place.Index])),
        ];
    }

    private static float[] Score(Parameter weights, double[][] before, double[] after)
    {
        var scores = new float[weights.Values.Length];
        int groupRows = weights.Rows / before.Length;
        for (int i = 0; i < weights.Rows; i++)
        {
            double[] columns = before[i / groupRows];
            for (int j = 0; j < weights.Columns; j++)
            {
                double weight = weights.Values[i * weights.Columns + j];
                scores[i * weights.Columns + j] = (float)(weight * weight * columns[j] * after[i]);
            }
        }

        return scores;
    }
}
