using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Pruning.Layerwise;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Curvature;

/// <summary>
/// The exact second derivatives of a piecewise linear network away from its kinks. The last sums z are linear there in every single
/// weight, sum and output x, so that d2E/dx^2 = (dz/dx)^T H (dz/dx) with H = sum_i c_i v_i v_i^T the Hessian by z; each v_i goes back
/// through the network as if it were a gradient, and d2E/dx^2 = sum_i c_i (v_i^T dz/dx)^2. A weight that works at several positions moves z
/// by the sum of what it does at each, pattern by pattern.
/// </summary>
internal sealed class ExactCurvature : PatternCurvature
{
    private readonly WeightedPlace[] _places;
    private readonly NetworkPass _pass;
    private readonly float[][] _ofSums;
    private readonly float[] _squares;

    /// <summary>Prepares the passes.</summary>
    /// <exception cref="EspalierException">A hidden layer is not piecewise linear.</exception>
    public ExactCurvature(SampleSweep sweep)
        : base(sweep, isGaussNewton: false)
    {
        foreach (TrainableLayer layer in Layers.SkipLast(1))
        {
            if (layer.Activation.Kind is not (ActivationKind.Identity or ActivationKind.Relu or ActivationKind.LeakyRelu))
            {
                throw new EspalierException(
                    $"Layer '{layer.Name}' is {layer.Activation.Kind}: exact second derivatives need hidden layers of ReLU, leaky ReLU or "
                    + "identity; use the recursion.");
            }
        }

        _places = WeightedLayers.Of(sweep.Network);
        _pass = new NetworkPass(sweep.Network, sweep.Pass.Capacity, withGradients: true);
        _ofSums = Allocate(Layers.Count);
        _squares = new float[Layers.Max(layer => layer.OutputShape.Length)];
    }

    /// <inheritdoc/>
    public override float[] OfSums(int layer) => _ofSums[layer];

    /// <inheritdoc/>
    protected override void BackpropagateCurvature(ComputeEngine engine, int count, double[][]? ofWeights)
    {
        int last = Layers.Count - 1;
        for (int i = 0; i < last; i++)
        {
            Used(OfOutputs(i), i, count).Clear();
            Used(OfSums(i), i, count).Clear();
        }

        // The gradients themselves are still wanted: directions have a pass of their own.
        Sweep.Pass.Input.CopyTo(_pass.Input, 0);
        _pass.Forward(engine, count);
        for (int direction = 0; direction < Layers[last].OutputShape.Length; direction++)
        {
            Span<float> ends = Used(_pass.LogitGradient, last, count);
            Hessian.Direction(direction, Sweep.Outputs[..ends.Length], ends);
            _pass.Backward(engine, count, layer =>
            {
                AddSquares(layer, OfOutputs(layer), direction, count);
                _pass.BackwardThroughActivation(layer, count);
                AddSquares(layer, OfSums(layer), direction, count);
            });
            for (int i = 0; i < _places.Length && ofWeights is not null; i++)
            {
                if (_places[i].Layer is TrainableConvolution) AddOfConvolution(engine, _places[i], direction, count, ofWeights[i]);
            }
        }

        for (int i = 0; i < _places.Length && ofWeights is not null; i++)
        {
            if (_places[i].Layer is not TrainableConvolution) AddOfDense(engine, _places[i], count, ofWeights[i]);
        }
    }

    // A weight that works once has the square of what it reads times its sum's.
    private void AddOfDense(ComputeEngine engine, WeightedPlace place, int count, double[] sums)
    {
        Parameter weights = place.Layer.Weights;
        var squares = new float[count * weights.Columns];
        var products = new float[sums.Length];
        ReadOnlySpan<float> inputs = _pass.InputOf(place.Index).AsSpan(0, squares.Length);
        TensorPrimitives.Multiply(inputs, inputs, squares);
        engine.Product.TransposedMultiply(OfSums(place.Index), squares, products, weights.Rows, weights.Columns, count);
        for (int i = 0; i < sums.Length; i++) sums[i] += products[i];
    }

    // c_i differs from sample to sample.
    private void AddSquares(int layer, float[] sums, int direction, int count)
    {
        int length = Layers[layer].OutputShape.Length;
        Span<float> squares = _squares.AsSpan(0, length);
        for (int sample = 0; sample < count; sample++)
        {
            ReadOnlySpan<float> slopes = _pass.GradientOfSums(layer).AsSpan(sample * length, length);
            Span<float> sum = sums.AsSpan(sample * length, length);
            TensorPrimitives.Multiply(slopes, slopes, squares);
            TensorPrimitives.MultiplyAdd(squares, Coefficient(sample, direction), sum, sum);
        }
    }

    // The derivative of v_i^T z by the weights of one sample is its slopes, units x positions, times what the positions read.
    private void AddOfConvolution(ComputeEngine engine, WeightedPlace place, int direction, int count, double[] sums)
    {
        (int index, TrainableWeightedLayer layer) = place;
        var inputs = new LayerInputs(layer, samples: 1);
        int columns = inputs.Columns, units = layer.Weights.Rows / inputs.Groups, area = units * inputs.Positions;
        var slopes = new float[area];
        var input = new float[layer.InputShape.Length];
        var products = new float[units * columns];
        for (int sample = 0; sample < count; sample++)
        {
            _pass.InputOf(index).AsSpan(sample * input.Length, input.Length).CopyTo(input);
            for (int group = 0; group < inputs.Groups; group++)
            {
                _pass.GradientOfSums(index).AsSpan((sample * inputs.Groups + group) * area, area).CopyTo(slopes);
                engine.Product.Multiply(slopes, inputs.Read(input, 0, 1, 0, group).Values, products, units, columns, inputs.Positions);
                for (int i = 0; i < products.Length; i++)
                {
                    sums[group * products.Length + i] += (double)Coefficient(sample, direction) * products[i] * products[i];
                }
            }
        }
    }

    private float Coefficient(int sample, int direction) => Hessian.Coefficients[sample * Layers[^1].OutputShape.Length + direction];
}
