using Espalier.Compilation.Model;
using Espalier.Pruning.Gates;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Tests.Pruning.Gates;

/// <summary>
/// One pass through a noisy layer, and its oracle: with c the derivative of the loss by the sums, the objective is the sum of c times the
/// sums, plus the penalty, in double precision and from the definitions alone.
/// </summary>
internal sealed class LayerProbe
{
    public const int Step = 5, Count = 6;

    private readonly StochasticDense _layer;
    private readonly float[] _input, _outputGradient, _output, _inputGradient;

    public LayerProbe(StochasticDense layer, float gradientScale = 1)
    {
        _layer = layer;
        var random = new SeededRandom(21);
        (_input, _outputGradient) = (new float[Count * Inputs], new float[Count * Outputs]);
        (_output, _inputGradient) = (new float[_outputGradient.Length], new float[_input.Length]);
        foreach (ref float value in _input.AsSpan()) value = (float)random.NextNormal();
        foreach (ref float value in _outputGradient.AsSpan()) value = gradientScale * (float)random.NextNormal();
        foreach (ref float value in layer.Biases.Values.AsSpan()) value = (float)random.NextNormal();
    }

    /// <summary>The sum of sample s and output o, given weights, noise parameters and the sample's inputs.</summary>
    public delegate double Sum(int sample, int output, double[] weights, double[] noise, double[] inputs);

    /// <summary>The penalty, given weights and noise parameters.</summary>
    public delegate double Penalty(double[] weights, double[] noise);

    private int Inputs => _layer.Weights.Columns;

    private int Outputs => _layer.Weights.Rows;

    /// <summary>A plain layer of 9 inputs and 4 outputs with a few of its weights masked.</summary>
    public static TrainableDense Plain()
    {
        var layer = new TrainableDense("fc", 9, 4, Activation.Identity);
        var random = new SeededRandom(31);
        foreach (ref float weight in layer.Weights.Values.AsSpan()) weight = 0.6f * (float)random.NextNormal();
        layer.Weights.Freeze([.. Enumerable.Range(0, 36).Select(i => i % 7 == 2 ? Parameter.Removed : Parameter.Live)]);
        return layer;
    }

    /// <summary>Compares sums with <paramref name="sum"/> and gradients with central differences.</summary>
    public void Check(Sum sum, Penalty penalty)
    {
        using var engine = new ComputeEngine(1);
        _layer.BeginStep(Step, epoch: 1);
        _layer.Forward(engine, _input, _output, Count);
        _layer.Backward(engine, _input, _outputGradient, _inputGradient, Count);

        double[] weights = Widen(_layer.Weights.Values), biases = Widen(_layer.Biases.Values);
        double[] noise = Widen(_layer.Parameters[2].Values), inputs = Widen(_input);
        for (int i = 0; i < _output.Length; i++) Assert.Equal(SumAt(i), _output[i], 2e-5);
        AssertDerivatives(weights, _layer.Weights.Gradient, _layer.Weights.Mask);
        AssertDerivatives(biases, _layer.Biases.Gradient, null);
        AssertDerivatives(noise, _layer.Parameters[2].Gradient, noise.Length == weights.Length ? _layer.Weights.Mask : null);
        AssertDerivatives(inputs, _inputGradient, null);

        double SumAt(int i) => biases[i % Outputs]
            + sum(i / Outputs, i % Outputs, weights, noise, inputs.AsSpan(i / Outputs * Inputs, Inputs).ToArray());

        double Objective()
        {
            double total = penalty(weights, noise);
            for (int i = 0; i < _outputGradient.Length; i++) total += _outputGradient[i] * SumAt(i);
            return total;
        }

        void AssertDerivatives(double[] values, float[] gradient, uint[]? mask)
        {
            const double Distance = 1e-5;
            for (int i = 0; i < values.Length; i++)
            {
                // What is masked does not move: its gradient means nothing here.
                if (mask is not null && mask[i] == Parameter.Removed) continue;
                double saved = values[i];
                values[i] = saved + Distance;
                double above = Objective();
                values[i] = saved - Distance;
                double below = Objective();
                values[i] = saved;
                double expected = (above - below) / (2 * Distance);
                Assert.Equal(expected, gradient[i], 3e-5 * Math.Max(1, Math.Abs(expected)));
            }
        }
    }

    private static double[] Widen(float[] values) => Array.ConvertAll(values, value => (double)value);
}
