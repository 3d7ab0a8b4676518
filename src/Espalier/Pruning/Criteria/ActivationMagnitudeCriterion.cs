using Espalier.Pruning.Layerwise;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Criteria;

/// <summary>
/// s_ij = w_ij^2 E[x_j^2], with x_j what the weight reads over the training samples: the mean square of the weight's part in its unit's
/// sum, which is half the rise of the layer's squared error when it goes alone. The squares of Wanda's |w| ||x|| (Sun et al. 2023), and
/// layer-wise OBS with the diagonal of its Hessian only. Needs one forward pass.
/// </summary>
public sealed class ActivationMagnitudeCriterion : ScoreCriterion
{
    /// <inheritdoc/>
    public override string Name => "activation-magnitude";

    /// <inheritdoc/>
    public override float[][] Score(PruningContext context, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        double[][] squares = MeanSquaredInputs(context, cancellation);
        return [.. context.Network.PrunableParameters.Zip(squares, Score)];
    }

    private static float[] Score(Parameter weights, double[] squares)
    {
        var scores = new float[weights.Values.Length];
        for (int row = 0; row < scores.Length; row += squares.Length)
        {
            for (int j = 0; j < squares.Length; j++)
            {
                double weight = weights.Values[row + j];
                scores[row + j] = (float)(weight * weight * squares[j]);
            }
        }

        return scores;
    }

    /// <summary>E[x_j^2] for each layer's inputs.</summary>
    private static double[][] MeanSquaredInputs(PruningContext context, CancellationToken cancellation)
    {
        double[][] means = [.. DenseLayers.Of(context.Network).Select(layer => new double[layer.Weights.Columns])];
        var sweep = new SampleSweep(context.Network, context.Train, context.Loss);
        using var engine = new ComputeEngine(threads: 0);
        sweep.Run(
            engine,
            (_, count) =>
            {
                for (int layer = 0; layer < means.Length; layer++) AddSquares(means[layer], sweep.Pass.InputOf(layer), count);
            },
            cancellation);
        foreach (double[] layer in means)
        {
            for (int j = 0; j < layer.Length; j++) layer[j] /= context.Train.Count;
        }

        return means;
    }

    private static void AddSquares(double[] sums, float[] inputs, int count)
    {
        for (int sample = 0; sample < count; sample++)
        {
            ReadOnlySpan<float> row = inputs.AsSpan(sample * sums.Length, sums.Length);
            for (int j = 0; j < row.Length; j++) sums[j] += (double)row[j] * row[j];
        }
    }
}
