using Espalier.Training;

namespace Espalier.Pruning.Criteria;

/// <summary>
/// LAMP (Lee et al. 2021): s_u = w_u^2 / sum of w_v^2 over the weights v of the same layer that are at least as large, live ones only. What
/// it ranks by across layers is how much of what would be left of its layer a weight is. The largest weight of each layer scores 1, so that
/// no layer is emptied while there are as many weights to keep as layers. Scaling a whole layer changes nothing.
/// </summary>
public sealed class LampCriterion : ScoreCriterion
{
    /// <inheritdoc/>
    public override string Name => "lamp";

    /// <inheritdoc/>
    public override float[][] Score(PruningContext context, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return [.. context.Network.PrunableParameters.Select(Score)];
    }

    private static float[] Score(Parameter weights)
    {
        var scores = new float[weights.Values.Length];
        ulong[] order = Ascending(weights);
        double sum = 0;
        for (int i = order.Length - 1; i >= 0; i--)
        {
            int index = (int)(uint)order[i];
            double square = (double)weights.Values[index] * weights.Values[index];
            sum += square;

            // Where only zeros are left they are all worth the same, nothing.
            scores[index] = sum == 0 ? 0 : (float)(square / sum);
        }

        return scores;
    }

    /// <summary>
    /// The live weights from small to large, of equal ones the lower index first: the bits of |w|, which order as the numbers do, above the
    /// index.
    /// </summary>
    private static ulong[] Ascending(Parameter weights)
    {
        var order = new ulong[weights.LiveCount];
        int next = 0;
        for (int i = 0; i < weights.Values.Length; i++)
        {
            if (weights.Mask is uint[] mask && mask[i] == Parameter.Removed) continue;
            order[next++] = ((ulong)BitConverter.SingleToUInt32Bits(MathF.Abs(weights.Values[i])) << 32) | (uint)i;
        }

        Array.Sort(order);
        return order;
    }
}
