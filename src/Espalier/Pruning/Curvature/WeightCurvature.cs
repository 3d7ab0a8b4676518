using System.Numerics.Tensors;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Curvature;

/// <summary>
/// h = d2E/dw^2, the diagonal of the Hessian of the mean loss by the weights: the mean over the patterns of d2E/da_j^2 z_i^2, with z_i what
/// the weight from i to j reads; of a convolution, summed over the positions.
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
        using var engine = new ComputeEngine(threads: 0);
        sweep.Run(engine, (start, count) => curvature.Backpropagate(engine, start, count, sums), cancellation);
        foreach (double[] sum in sums) TensorPrimitives.Divide(sum, data.Count, sum);
        return sums;
    }
}
