using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Numerics;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// How far a pruned network's outputs can be from the dense one's, from what pruning does to each layer by itself: at most
/// sum over k of (product over l > k of |W_l|) sqrt(E_k), with the Frobenius norms of the pruned weights (Dong, Chen and Pan 2017,
/// Theorem 3.2). Outputs are the last layer's sums. The bound holds for every way to prune and is far from tight.
/// </summary>
/// <param name="Layers">What pruning does to each layer.</param>
/// <param name="Error">The root of the mean over samples of the squared distance of the two networks' outputs.</param>
public sealed record NetworkErrorBound(IReadOnlyList<LayerError> Layers, double Error)
{
    // SELU falls steepest just below zero: lambda alpha e^0.
    private const double SeluSlope = 1.0507009873554805 * 1.6732632423543772;

    /// <summary>The most that <see cref="Error"/> can be.</summary>
    public double Bound
    {
        get
        {
            double bound = 0;
            for (int i = 0; i < Layers.Count; i++)
            {
                double slope = i == 0 ? 0 : Layers[i - 1].Slope;
                bound = bound * slope * Layers[i].WeightNorm + Layers[i].SumsError;
            }

            return bound;
        }
    }

    /// <summary>Measures a pruned network against the dense one.</summary>
    /// <param name="dense">The network before pruning.</param>
    /// <param name="pruned">The network after it, of the same layers.</param>
    /// <param name="data">The samples.</param>
    /// <param name="threads">The number of threads, 0 for one for each processor. It has no influence on the result.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="EspalierException">
    /// The data do not fit, a layer is not fully connected, or the networks differ in shape.
    /// </exception>
    public static NetworkErrorBound Measure(
        TrainableNetwork dense, TrainableNetwork pruned, Dataset data, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dense);
        ArgumentNullException.ThrowIfNull(pruned);
        ArgumentNullException.ThrowIfNull(data);
        TrainableDense[] layers = DenseLayers.Of(pruned), before = DenseLayers.OfSameShape(dense, layers);
        TrainableDense[] moves = [.. layers.Zip(before, Difference)];
        using var engine = new ComputeEngine(threads);
        var sweep = new SampleSweep(dense, data, LossKind.MeanSquaredError);
        var prunedPass = new NetworkPass(pruned, sweep.Pass.Capacity, withGradients: false);
        float[][] sums = [.. layers.Select(layer => new float[sweep.Pass.Capacity * layer.Weights.Rows])];
        var (sumErrors, outputErrors, error) = (new double[layers.Length], new double[layers.Length], 0.0);
        sweep.Run(engine, (_, count) =>
        {
            for (int i = 0; i < layers.Length; i++)
            {
                float[] input = sweep.Pass.InputOf(i);
                int width = layers[i].Weights.Rows;
                moves[i].Forward(engine, input, sums[i], count);
                sumErrors[i] += SquaredNorm(sums[i].AsSpan(0, count * width));
                if (i == layers.Length - 1)
                {
                    outputErrors[i] = sumErrors[i];
                    continue;
                }

                layers[i].Forward(engine, input, sums[i], count);
                ActivationFunction.Apply(layers[i].Activation, sums[i].AsSpan(0, count * width), width);
                outputErrors[i] += SquaredDistance(sums[i].AsSpan(0, count * width), sweep.Pass.Output(i));
            }

            sweep.Pass.Input.CopyTo(prunedPass.Input, 0);
            prunedPass.Forward(engine, count);
            error += SquaredDistance(prunedPass.Logits.AsSpan(0, count * layers[^1].Weights.Rows), sweep.Pass.Logits);
        }, cancellation);
        return new NetworkErrorBound(
        [
            .. layers.Select((layer, i) => new LayerError(
                layer.Name, Math.Sqrt(sumErrors[i] / data.Count), Math.Sqrt(outputErrors[i] / data.Count),
                i == layers.Length - 1 ? 1 : GreatestSlope(layer.Activation), Math.Sqrt(SquaredNorm(layer.Weights.Values)))),
        ], Math.Sqrt(error / data.Count));
    }

    // The sums' moves by their own weights: a difference of two products would lose small moves in their rounding.
    private static TrainableDense Difference(TrainableDense pruned, TrainableDense dense)
    {
        var difference = new TrainableDense(pruned.Name, pruned.Weights.Columns, pruned.Weights.Rows, pruned.Activation);
        TensorPrimitives.Subtract(pruned.Weights.Values, dense.Weights.Values, difference.Weights.Values);
        TensorPrimitives.Subtract(pruned.Biases.Values, dense.Biases.Values, difference.Biases.Values);
        return difference;
    }

    private static double GreatestSlope(Activation activation) => activation.Kind switch
    {
        ActivationKind.Sigmoid => 0.25,
        ActivationKind.LeakyRelu or ActivationKind.Elu => Math.Max(1, activation.Alpha),
        ActivationKind.Selu => SeluSlope,
        _ => 1,
    };

    private static double SquaredNorm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values) sum += (double)value * value;
        return sum;
    }

    private static double SquaredDistance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
        {
            double difference = (double)left[i] - right[i];
            sum += difference * difference;
        }

        return sum;
    }
}
