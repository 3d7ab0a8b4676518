using Espalier.Pruning.Layerwise;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Criteria;

/// <summary>
/// s_ij = w_ij^2 E[x_j^2], with x_j what the weight reads over the training samples, its square summed over the positions of a
/// convolution: the mean square of the weight's part in its unit's sums, which is half the rise of the layer's squared error when it goes
/// alone. The squares of Wanda's |w| ||x|| (Sun et al. 2023), and layer-wise OBS with the diagonal of its Hessian only. Needs one forward
/// pass.
/// </summary>
public sealed class ActivationMagnitudeCriterion : ScoreCriterion
{
    /// <inheritdoc/>
    public override string Name => "activation-magnitude";

    /// <inheritdoc/>
    public override float[][] Score(PruningContext context, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        double[][][] squares = MeanSquaredInputs(context, cancellation);
        return [.. context.Network.PrunableParameters.Zip(squares, Score)];
    }

    private static float[] Score(Parameter weights, double[][] squares)
    {
        var scores = new float[weights.Values.Length];
        int rowsOfGroup = weights.Rows / squares.Length;
        for (int i = 0; i < scores.Length; i++)
        {
            double weight = weights.Values[i];
            scores[i] = (float)(weight * weight * squares[i / weights.Columns / rowsOfGroup][i % weights.Columns]);
        }

        return scores;
    }

    /// <summary>E[x_j^2] for each layer's inputs: an array for each group of units.</summary>
    private static double[][][] MeanSquaredInputs(PruningContext context, CancellationToken cancellation)
    {
        WeightedPlace[] places = WeightedLayers.Of(context.Network);
        int samples = context.Train.Count;
        LayerInputs[] inputs = [.. places.Select(place => new LayerInputs(place.Layer, samples, long.MaxValue))];
        double[][][] means = [.. inputs.Select(
            layer => Enumerable.Range(0, layer.Groups).Select(_ => new double[layer.Columns]).ToArray())];
        var sweep = new SampleSweep(context.Network, context.Train, context.Loss);
        using var engine = new ComputeEngine(threads: 0);
        sweep.Run(
            engine,
            (start, count) =>
            {
                for (int i = 0; i < means.Length; i++)
                {
                    for (int piece = 0; piece < inputs[i].PiecesOf(count); piece++)
                    {
                        for (int group = 0; group < inputs[i].Groups; group++)
                        {
                            (float[] rows, int number) = inputs[i].Read(sweep.Pass.InputOf(places[i].Index), start, count, piece, group);
                            AddSquares(means[i][group], rows, number);
                        }
                    }
                }
            },
            cancellation);
        foreach (double[] layer in means.SelectMany(groups => groups))
        {
            for (int j = 0; j < layer.Length; j++) layer[j] /= samples;
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
