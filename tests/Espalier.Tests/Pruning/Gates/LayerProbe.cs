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

    private readonly StochasticLayer _layer;
    private readonly float[] _input, _outputGradient, _output, _inputGradient;

    public LayerProbe(StochasticLayer layer, float gradientScale = 1)
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

    private int Inputs => _layer.InputShape.Length;

    private int Outputs => _layer.OutputShape.Length;

    /// <summary>A plain layer of 9 inputs and 4 outputs with a few of its weights masked.</summary>
    public static TrainableDense Plain()
    {
        var layer = new TrainableDense("fc", 9, 4, Activation.Identity);
        var random = new SeededRandom(31);
        foreach (ref float weight in layer.Weights.Values.AsSpan()) weight = 0.6f * (float)random.NextNormal();
        layer.Weights.Freeze([.. Enumerable.Range(0, 36).Select(i => i % 7 == 2 ? Parameter.Removed : Parameter.Live)]);
        return layer;
    }

    /// <summary>A convolution of 2x4x3 values by 4 filters of 2x2 in two groups, with padding and a few of its weights masked.</summary>
    public static TrainableConvolution PlainConvolution()
    {
        var layer = new TrainableConvolution(
            "conv", new(2, 4, 3), 4, new Window(2, 2) { StrideY = 2, Top = 1 }, Activation.Identity, groups: 2);
        var random = new SeededRandom(32);
        foreach (ref float weight in layer.Weights.Values.AsSpan()) weight = 0.6f * (float)random.NextNormal();
        layer.Weights.Freeze([.. Enumerable.Range(0, 16).Select(i => i % 7 == 2 ? Parameter.Removed : Parameter.Live)]);
        return layer;
    }

    /// <summary>Weight and input of all products in one sum of <see cref="PlainConvolution"/>.</summary>
    public static IEnumerable<(int Weight, int Input)> TapsOf(int output)
    {
        TrainableConvolution layer = PlainConvolution();
        int filter = output / layer.Positions;
        float[] numbers = [.. Enumerable.Range(1, layer.InputShape.Length).Select(i => (float)i)];
        double[] patch = ConvolutionData.Patches(layer, numbers, filter / layer.GroupFilters)[output % layer.Positions];
        return patch.Select((number, j) => (filter * patch.Length + j, (int)number - 1)).Where(tap => tap.Item2 >= 0);
    }

    /// <summary>The buffers of a pass through a layer alone.</summary>
    public static LayerPass PassThrough(
        TrainableLayer layer, float[] input, float[] output, float[]? outputGradient = null, float[]? inputGradient = null)
    {
        LayerPass pass = layer.CreatePass(new PassMode(null), input.Length / layer.InputShape.Length);
        (pass.Inputs, pass.Output) = ([[.. input, .. new float[PanelPlan.Slack]]], output);
        (pass.OutputGradient, pass.InputGradients) = (outputGradient ?? [], [inputGradient]);
        return pass;
    }

    /// <summary>Compares sums with <paramref name="sum"/> and gradients with central differences.</summary>
    public void Check(Sum sum, Penalty penalty)
    {
        using var engine = new ComputeEngine(1);
        _layer.BeginStep(Step, epoch: 1);
        LayerPass pass = PassThrough(_layer, _input, _output, _outputGradient, _inputGradient);
        _layer.Forward(engine, pass, Count);
        _layer.Backward(engine, pass, Count);

        double[] weights = Widen(_layer.Weights.Values), biases = Widen(_layer.Biases.Values);
        double[] noise = Widen(_layer.Parameters[2].Values), inputs = Widen(_input);
        for (int i = 0; i < _output.Length; i++) Assert.Equal(SumAt(i), _output[i], 2e-5);
        AssertDerivatives(weights, _layer.Weights.Gradient, _layer.Weights.Mask);
        AssertDerivatives(biases, _layer.Biases.Gradient, null);
        AssertDerivatives(noise, _layer.Parameters[2].Gradient, noise.Length == weights.Length ? _layer.Weights.Mask : null);
        AssertDerivatives(inputs, _inputGradient, null);

        double SumAt(int i) => biases[i % Outputs / (Outputs / _layer.Biases.Values.Length)]
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
