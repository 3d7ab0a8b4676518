using System.Numerics.Tensors;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Curvature;

/// <summary>
/// h = d2E/dw^2, the diagonal of the Hessian of the mean loss by the weights: the mean over the patterns of d2E/da_j^2 z_i^2, with z_i what
/// the weight from i to j reads.
/// </summary>
internal static class WeightCurvature
{
    /// <summary>Computes h of every weight.</summary>
    /// <param name="context">The network, with its samples and loss.</param>
    /// <param name="kind">How.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>An array for each of <see cref="TrainableNetwork.PrunableParameters"/>.</returns>
    /// <exception cref="EspalierException">The data or the loss do not fit the network, or the method does not.</exception>
    public static double[][] Diagonal(PruningContext context, CurvatureKind kind, CancellationToken cancellation = default)
    {
        TrainableNetwork network = context.Network;
        Dataset data = context.Train;
        var sweep = new SampleSweep(network, data, context.Loss, withGradients: true);
        PatternCurvature curvature = PatternCurvature.Create(sweep, kind);
        double[][] sums = [.. network.PrunableParameters.Select(weights => new double[weights.Values.Length])];
        var batch = new float[sums.Max(layer => layer.Length)];
        var squares = new float[sweep.Pass.Capacity * network.PrunableParameters.Max(weights => weights.Columns)];
        using var engine = new ComputeEngine(threads: 0);
        sweep.Run(engine, (start, count) =>
        {
            curvature.Backpropagate(engine, start, count);
            for (int i = 0; i < sums.Length; i++)
            {
                Parameter weights = network.PrunableParameters[i];
                ReadOnlySpan<float> inputs = sweep.Pass.InputOf(i).AsSpan(0, count * weights.Columns);
                TensorPrimitives.Multiply(inputs, inputs, squares);
                engine.Product.TransposedMultiply(curvature.OfSums(i), squares, batch, weights.Rows, weights.Columns, count);
                double[] sum = sums[i];
                for (int j = 0; j < sum.Length; j++) sum[j] += batch[j];
            }
        }, cancellation);
        foreach (double[] sum in sums) TensorPrimitives.Divide(sum, data.Count, sum);
        return sums;
    }
}
