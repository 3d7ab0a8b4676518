using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Numerics;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// How far a pruned network's outputs can be from the dense one's, from what pruning does to each layer by itself: for a chain of dense
/// layers at most sum over k of (product over l > k of |W_l|) sqrt(E_k), with the Frobenius norms of the pruned weights (Dong, Chen and
/// Pan 2017, Theorem 3.2); for other networks the same, with how much any layer can make of an error that comes to it. Outputs are the last
/// layer's sums. The bound holds for every way to prune and is far from tight.
/// </summary>
/// <param name="Layers">What pruning does to each layer that has weights.</param>
/// <param name="Error">The root of the mean over samples of the squared distance of the two networks' outputs.</param>
/// <param name="Bound">The most that <see cref="Error"/> can be.</param>
public sealed record NetworkErrorBound(IReadOnlyList<LayerError> Layers, double Error, double Bound)
{
    // SELU falls steepest just below zero: lambda alpha e^0.
    private const double SeluSlope = 1.0507009873554805 * 1.6732632423543772;

    /// <summary>Measures a pruned network against the dense one.</summary>
    /// <param name="dense">The network before pruning.</param>
    /// <param name="pruned">The network after it, of the same layers.</param>
    /// <param name="data">The samples.</param>
    /// <param name="threads">The number of threads, 0 for one for each processor. It has no influence on the result.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="EspalierException">
    /// The data do not fit, or the networks differ in shape or in numbers other than weights and their biases.
    /// </exception>
    public static NetworkErrorBound Measure(
        TrainableNetwork dense, TrainableNetwork pruned, Dataset data, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dense);
        ArgumentNullException.ThrowIfNull(pruned);
        ArgumentNullException.ThrowIfNull(data);
        WeightedPlace[] places = WeightedLayers.Of(pruned), before = WeightedLayers.OfSameShape(dense, pruned);
        RequireSameOthers(dense, pruned);
        using var engine = new ComputeEngine(threads);
        var sweep = new SampleSweep(dense, data, LossKind.MeanSquaredError);
        var prunedPass = new NetworkPass(pruned, sweep.Pass.Capacity, withGradients: false);
        int last = pruned.Layers.Count - 1;
        TrainableLayer[] differences = [.. places.Zip(before, (place, old) => Difference(place.Layer, old.Layer))];
        LayerPass[] moves = [.. places.Zip(differences, (place, layer) => PassThrough(sweep.Pass, place.Index, layer))];
        LayerPass[] outputs = [.. places.Select(place => PassThrough(sweep.Pass, place.Index, place.Layer))];
        var (sumErrors, outputErrors, error) = (new double[places.Length], new double[places.Length], 0.0);
        sweep.Run(engine, (_, count) =>
        {
            for (int i = 0; i < places.Length; i++)
            {
                (int index, TrainableWeightedLayer layer) = places[i];
                int width = layer.OutputShape.Length, used = count * width;
                differences[i].Forward(engine, moves[i], count);
                double moved = SquaredNorm(moves[i].Output.AsSpan(0, used));
                sumErrors[i] += moved;
                if (index == last)
                {
                    outputErrors[i] += moved;
                    continue;
                }

                Span<float> values = outputs[i].Output.AsSpan(0, used);
                layer.Forward(engine, outputs[i], count);
                ActivationFunction.Apply(layer.Activation, values, width);
                outputErrors[i] += SquaredDistance(values, sweep.Pass.Output(index));
            }

            sweep.Pass.Input.CopyTo(prunedPass.Input, 0);
            prunedPass.Forward(engine, count);
            error += SquaredDistance(prunedPass.Logits.AsSpan(0, count * pruned.OutputShape.Length), sweep.Pass.Logits);
        }, cancellation);
        LayerError[] layers =
        [
            .. places.Select((place, i) => new LayerError(
                place.Layer.Name, Math.Sqrt(sumErrors[i] / data.Count), Math.Sqrt(outputErrors[i] / data.Count),
                place.Index == last ? 1 : GreatestSlope(place.Layer.Activation), Math.Sqrt(SquaredNorm(place.Layer.Weights.Values)))),
        ];
        return new NetworkErrorBound(layers, Math.Sqrt(error / data.Count), BoundOf(pruned, layers));
    }

    private static void RequireSameOthers(TrainableNetwork dense, TrainableNetwork pruned)
    {
        foreach ((TrainableLayer before, TrainableLayer after) in dense.Layers.Zip(pruned.Layers))
        {
            if (after is TrainableWeightedLayer) continue;
            if (before.Parameters.Zip(after.Parameters).All(pair => pair.First.Values.AsSpan().SequenceEqual(pair.Second.Values))) continue;
            throw new EspalierException(
                $"Layer '{after.Name}' has other numbers after pruning; "
                    + "the bound is for networks that differ in weights and biases alone.");
        }
    }

    // What comes to a layer wrong, it can make larger by its growth and the slope of its activation; its own error comes on top.
    private static double BoundOf(TrainableNetwork network, LayerError[] errors)
    {
        var bounds = new double[network.Layers.Count];
        int next = 0;
        for (int i = 0; i < bounds.Length; i++)
        {
            TrainableLayer layer = network.Layers[i];
            double[] read = [.. network.SourcesOf(i).Select(source => source < 0 ? 0 : bounds[source])];
            double coming = layer is TrainableConcatenation ? Math.Sqrt(read.Sum(bound => bound * bound)) : read.Sum();
            double own = layer is TrainableWeightedLayer ? errors[next++].SumsError : 0;
            double slope = i == bounds.Length - 1 ? 1 : GreatestSlope(layer.Activation);
            bounds[i] = slope * (ErrorGrowth.Of(layer) * coming + own);
        }

        return bounds[^1];
    }

    // A pass of its own through a layer, which reads what the layer of that place reads.
    private static LayerPass PassThrough(NetworkPass pass, int index, TrainableLayer layer)
    {
        LayerPass own = layer.CreatePass(new PassMode(null), pass.Capacity);
        own.Inputs = [pass.InputOf(index)];
        own.Output = new float[checked(pass.Capacity * layer.OutputShape.Length)];
        return own;
    }

    // The sums' moves by their own weights: a difference of two products would lose small moves in their rounding.
    private static TrainableWeightedLayer Difference(TrainableWeightedLayer pruned, TrainableWeightedLayer dense)
    {
        var difference = (TrainableWeightedLayer)pruned.Blank();
        TensorPrimitives.Subtract(pruned.Weights.Values, dense.Weights.Values, difference.Weights.Values);
        TensorPrimitives.Subtract(pruned.Biases.Values, dense.Biases.Values, difference.Biases.Values);
        return difference;
    }

    private static double GreatestSlope(Activation activation) => activation.Kind switch
    {
        ActivationKind.Sigmoid => 0.25,
        ActivationKind.LeakyRelu or ActivationKind.Elu => Math.Max(1, activation.Alpha),
        ActivationKind.Selu => SeluSlope,
        ActivationKind.Gelu or ActivationKind.GeluTanh or ActivationKind.Silu => 1.13,
        ActivationKind.HardSwish => 1.5,
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
