using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Numerics;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Curvature;

/// <summary>
/// The exact second derivatives of a piecewise linear network away from its kinks. The last sums z are linear there in every single
/// weight, sum and output x, so that d2E/dx^2 = (dz/dx)^T H (dz/dx) with H = sum_i c_i v_i v_i^T the Hessian by z; each v_i goes back
/// through the network as if it were a gradient, and d2E/dx^2 = sum_i c_i (v_i^T dz/dx)^2.
/// </summary>
internal sealed class ExactCurvature : PatternCurvature
{
    private readonly float[][] _slopes;
    private readonly float[] _squares;

    /// <summary>Prepares the passes.</summary>
    /// <exception cref="EspalierException">A hidden layer is not piecewise linear.</exception>
    public ExactCurvature(SampleSweep sweep)
        : base(sweep, isGaussNewton: false)
    {
        foreach (TrainableDense layer in Layers.SkipLast(1))
        {
            if (layer.Activation.Kind is not (ActivationKind.Identity or ActivationKind.Relu or ActivationKind.LeakyRelu))
            {
                throw new EspalierException(
                    $"Layer '{layer.Name}' is {layer.Activation.Kind}: exact second derivatives need hidden layers of ReLU, leaky ReLU or "
                    + "identity; use the recursion.");
            }
        }

        _slopes = [.. Layers.Select(layer => new float[checked(sweep.Pass.Capacity * layer.OutputShape.Length)])];
        _squares = new float[Layers.Max(layer => layer.OutputShape.Length)];
    }

    /// <inheritdoc/>
    protected override void BackpropagateCurvature(ComputeEngine engine, int count)
    {
        int last = Layers.Length - 1, directions = Layers[last].OutputShape.Length;
        for (int i = 0; i < last; i++) Used(OfOutputs(i), i, count).Clear();
        for (int direction = 0; direction < directions; direction++)
        {
            Span<float> ends = Used(_slopes[last], last, count);
            Hessian.Direction(direction, Sweep.Outputs[..ends.Length], ends);
            for (int i = last; i > 0; i--)
            {
                engine.Product.Multiply(
                    _slopes[i], Layers[i].Weights.Values, _slopes[i - 1], count, Layers[i].Weights.Columns, Layers[i].Weights.Rows);
                AddSquares(i - 1, direction, directions, count);
                ActivationFunction.Backpropagate(
                    Layers[i - 1].Activation, Values(i - 1, count), Used(_slopes[i - 1], i - 1, count), Layers[i - 1].OutputShape.Length);
            }
        }

        for (int i = 0; i < last; i++)
        {
            Span<float> sums = Used(OfSums(i), i, count);
            Used(OfOutputs(i), i, count).CopyTo(sums);
            ActivationFunction.BackpropagateCurvature(Layers[i].Activation, Values(i, count), [], sums, Layers[i].OutputShape.Length);
        }
    }

    // c_i differs from sample to sample.
    private void AddSquares(int layer, int direction, int directions, int count)
    {
        int length = Layers[layer].OutputShape.Length;
        Span<float> squares = _squares.AsSpan(0, length);
        for (int sample = 0; sample < count; sample++)
        {
            ReadOnlySpan<float> slopes = _slopes[layer].AsSpan(sample * length, length);
            Span<float> sum = OfOutputs(layer).AsSpan(sample * length, length);
            TensorPrimitives.Multiply(slopes, slopes, squares);
            TensorPrimitives.MultiplyAdd(squares, Hessian.Coefficients[sample * directions + direction], sum, sum);
        }
    }
}
