using Espalier.Compilation.Model;
using Espalier.Training;
using Espalier.Training.Losses;
using MathNet.Numerics.Distributions;

namespace Espalier.Tests.Training;

/// <summary>
/// An oracle: a dense network's mean loss in double precision, written from the definitions alone, so that central differences with a
/// step of 1e-5 are good to about 1e-9 and the trainer's single precision is all that a comparison has to allow for.
/// </summary>
internal sealed class DoubleNetwork
{
    private readonly double[][] _parameters;
    private readonly TrainableNetwork _network;

    public DoubleNetwork(TrainableNetwork network)
    {
        _network = network;
        _parameters = [.. network.Parameters.Select(parameter => Array.ConvertAll(parameter.Values, value => (double)value))];
    }

    /// <summary>The smallest distance from zero, where rectifiers have their kink, of any sum of theirs met so far.</summary>
    public double NearestKink { get; private set; } = double.MaxValue;

    public double[] Parameter(int index) => _parameters[index];

    public double Derivative(Func<double> function, int parameter, int index) => Derivative(function, ref _parameters[parameter][index]);

    public static double Derivative(Func<double> function, ref double value)
    {
        const double Step = 1e-5;
        double saved = value;
        value = saved + Step;
        double above = function();
        value = saved - Step;
        double below = function();
        value = saved;
        return (above - below) / (2 * Step);
    }

    /// <summary>By five points, so that the error is in the fourth power of the step.</summary>
    public static double SecondDerivative(Func<double, double> function, double step) =>
        (16 * (function(step) + function(-step)) - function(2 * step) - function(-2 * step) - 30 * function(0)) / (12 * step * step);

    public double SecondDerivative(Func<double> function, int parameter, int index, double step)
    {
        double saved = _parameters[parameter][index];
        double derivative = SecondDerivative(
            change =>
            {
                _parameters[parameter][index] = saved + change;
                return function();
            },
            step);
        _parameters[parameter][index] = saved;
        return derivative;
    }

    public double Loss(LossKind kind, float[] inputs, float[] targets, int count)
    {
        int inputLength = _network.InputShape.Length, outputLength = _network.OutputShape.Length;
        double sum = 0;
        for (int sample = 0; sample < count; sample++)
        {
            double[] y = Forward(Array.ConvertAll(inputs[(sample * inputLength)..((sample + 1) * inputLength)], value => (double)value));
            sum += SampleLoss(kind, y, targets.AsSpan(sample * outputLength, outputLength));
        }

        return sum / count;
    }

    public static double SampleLoss(LossKind kind, double[] y, ReadOnlySpan<float> targets)
    {
        double sum = 0;
        for (int i = 0; i < y.Length; i++)
        {
            double t = targets[i];
            sum += kind switch
            {
                LossKind.MeanSquaredError => (y[i] - t) * (y[i] - t) / y.Length,
                LossKind.BinaryCrossEntropy => -(t * Math.Log(y[i]) + (1 - t) * Math.Log(1 - y[i])) / y.Length,
                _ => -t * Math.Log(y[i]),
            };
        }

        return sum;
    }

    public double[] Forward(double[] x)
    {
        for (int layer = 0; layer < _network.Layers.Count; layer++)
        {
            double[] weights = _parameters[2 * layer], biases = _parameters[2 * layer + 1];
            var z = (double[])biases.Clone();
            for (int o = 0; o < z.Length; o++)
            {
                for (int i = 0; i < x.Length; i++) z[o] += weights[o * x.Length + i] * x[i];
                NearestKink = Math.Min(NearestKink, KinkDistance(_network.Layers[layer].Activation, z[o]));
            }

            x = Apply(_network.Layers[layer].Activation, z);
        }

        return x;
    }

    /// <summary>How far a sum is from where its activation's first or second derivative jumps.</summary>
    public static double KinkDistance(Activation activation, double sum) => activation.Kind switch
    {
        ActivationKind.Relu or ActivationKind.LeakyRelu or ActivationKind.Elu or ActivationKind.Selu => Math.Abs(sum),
        ActivationKind.HardSwish => Math.Abs(Math.Abs(sum) - 3),
        _ => double.MaxValue,
    };

    public static double[] Apply(Activation activation, double[] z)
    {
        const double SeluAlpha = 1.6732632423543772, SeluLambda = 1.0507009873554805;
        double total = z.Sum(Math.Exp);
        return Array.ConvertAll(z, value => activation.Kind switch
        {
            ActivationKind.Identity => value,
            ActivationKind.Relu => Math.Max(value, 0),
            ActivationKind.LeakyRelu => value > 0 ? value : activation.Alpha * value,
            ActivationKind.Elu => value > 0 ? value : activation.Alpha * (Math.Exp(value) - 1),
            ActivationKind.Selu => SeluLambda * (value > 0 ? value : SeluAlpha * (Math.Exp(value) - 1)),
            ActivationKind.Sigmoid => 1 / (1 + Math.Exp(-value)),
            ActivationKind.Tanh => Math.Tanh(value),
            ActivationKind.ClippedRelu => Math.Clamp(value, 0, activation.Alpha),
            ActivationKind.Softplus => Math.Log(1 + Math.Exp(value)),
            ActivationKind.Gelu => value * Normal.CDF(0, 1, value),
            ActivationKind.GeluTanh => 0.5 * value * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (value + 0.044715 * value * value * value))),
            ActivationKind.Silu => value / (1 + Math.Exp(-value)),
            ActivationKind.HardSwish => value * Math.Clamp(value + 3, 0, 6) / 6,
            _ => Math.Exp(value) / total,
        });
    }
}
