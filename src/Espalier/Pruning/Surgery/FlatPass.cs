using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;
using Espalier.Numerics;

namespace Espalier.Pruning.Surgery;

/// <summary>The forward and backward pass of one sample through a <see cref="FlatNetwork"/>'s layers, in double precision.</summary>
internal sealed class FlatPass
{
    private readonly IReadOnlyList<FlatLayer> _layers;
    private readonly double[][] _outputs;
    private readonly double[][] _sums;
    private readonly double[][] _gradients;
    private double[] _input = [];
    private int _inputStart;

    /// <summary>Allocates the buffers.</summary>
    public FlatPass(IReadOnlyList<FlatLayer> layers)
    {
        _layers = layers;
        _outputs = [.. layers.Select(layer => new double[layer.Outputs])];
        _gradients = [.. layers.Select(layer => new double[layer.Outputs])];
        _sums = [.. layers.Select(layer => new double[layer.Outputs])];
    }

    /// <summary>The sums of the last layer before its activation.</summary>
    public ReadOnlySpan<double> Sums => _sums[^1];

    /// <summary>The values of the last layer.</summary>
    public ReadOnlySpan<double> Outputs => _outputs[^1];

    /// <summary>What <see cref="Backward"/> starts from: the derivative by <see cref="Sums"/>.</summary>
    public Span<double> SumGradient => _gradients[^1];

    /// <summary>Computes <see cref="Outputs"/> for the sample that starts at <paramref name="start"/>.</summary>
    public void Forward(ReadOnlySpan<double> parameters, double[] inputs, int start)
    {
        (_input, _inputStart) = (inputs, start);
        for (int i = 0; i < _layers.Count; i++)
        {
            FlatLayer layer = _layers[i];
            ReadOnlySpan<double> input = InputOf(i);
            Span<double> output = _outputs[i];
            for (int o = 0; o < output.Length; o++)
            {
                output[o] = parameters[layer.Bias(o)] + TensorPrimitives.Dot(parameters.Slice(layer.Weight(o, 0), layer.Inputs), input);
            }

            output.CopyTo(_sums[i]);
            ScalarActivation.Apply(layer.Activation, output);
        }
    }

    /// <summary>Adds the derivative by each parameter to <paramref name="gradient"/>.</summary>
    public void Backward(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        for (int i = _layers.Count - 1; i >= 0; i--)
        {
            FlatLayer layer = _layers[i];
            ReadOnlySpan<double> input = InputOf(i), delta = _gradients[i];
            for (int o = 0; o < delta.Length; o++)
            {
                gradient[layer.Bias(o)] += delta[o];
                Span<double> row = gradient.Slice(layer.Weight(o, 0), layer.Inputs);
                TensorPrimitives.MultiplyAdd(input, delta[o], row, row);
            }

            if (i == 0) return;
            Span<double> below = _gradients[i - 1];
            below.Clear();
            for (int o = 0; o < delta.Length; o++)
            {
                TensorPrimitives.MultiplyAdd(parameters.Slice(layer.Weight(o, 0), layer.Inputs), delta[o], below, below);
            }

            Activation activation = _layers[i - 1].Activation;
            ToSums(activation, ActivationDerivative.Points<double>(activation, _outputs[i - 1], _sums[i - 1]), below);
        }
    }

    /// <summary>Turns a derivative by a function's values into the one by its sums, given where it is differentiated.</summary>
    public static void ToSums(Activation activation, ReadOnlySpan<double> points, Span<double> gradient)
    {
        if (activation.Kind == ActivationKind.Softmax)
        {
            // d/dz_k = y_k (g_k - sum_i g_i y_i)
            TensorPrimitives.Subtract(gradient, TensorPrimitives.Dot(gradient, points), gradient);
            TensorPrimitives.Multiply(gradient, points, gradient);
            return;
        }

        for (int i = 0; i < gradient.Length; i++) gradient[i] *= Slope(activation, points[i]);
    }

    /// <summary>
    /// The derivative of an element-wise activation at a point: where its value is <paramref name="y"/>, or of a self-gate its sum.
    /// </summary>
    private static double Slope(Activation activation, double y) => activation.Kind switch
    {
        ActivationKind.Identity => 1,
        ActivationKind.Relu => y > 0 ? 1 : 0,
        ActivationKind.LeakyRelu => y > 0 ? 1 : activation.Alpha,
        ActivationKind.Elu => y > 0 ? 1 : y + activation.Alpha,
        ActivationKind.Selu => y > 0 ? ActivationFunction.SeluScale : y + ActivationFunction.SeluLowerScale,
        ActivationKind.Sigmoid => y * (1 - y),
        ActivationKind.Tanh => 1 - y * y,
        ActivationKind.ClippedRelu => y > 0 && y < activation.Alpha ? 1 : 0,
        ActivationKind.Softplus => 1 - Math.Exp(-y),
        _ when SelfGate.Has(activation) => SelfGate.Slope(activation.Kind, y),
        _ => throw new NotSupportedException($"Activation {activation.Kind}."),
    };

    private ReadOnlySpan<double> InputOf(int layer) =>
        layer == 0 ? _input.AsSpan(_inputStart, _layers[0].Inputs) : _outputs[layer - 1];
}
