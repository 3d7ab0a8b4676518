using System.Numerics.Tensors;
using Espalier.Numerics;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Gates;

/// <summary>
/// Gates on the inputs of a dense layer that are drawn for each sample of a batch: they multiply the input. Their gradient has a smaller
/// variance than with one draw for all, for a further product with the weights in the first layer and a hundred times the noise.
/// </summary>
internal sealed class SampleGatedDense : GatedLayer
{
    private readonly Action<int, int> _gateSample, _passGradient;
    private float[] _gates = [], _slopes = [], _gatedInput = [], _gatedGradient = [], _input = [];
    private float[]? _inputGradient;
    private int _count;

    public SampleGatedDense(TrainableDense source, GateSettings settings)
        : base(source, GateGroup.Input, settings)
    {
        _gateSample = (sample, _) => GateSample(sample);
        _passGradient = (item, _) => PassGradient(item);
    }

    internal override void Forward(ComputeEngine engine, LayerPass pass, int count)
    {
        int inputs = Weights.Columns;
        if (_gates.Length < count * inputs)
        {
            (_gates, _slopes) = (new float[count * inputs], new float[count * inputs]);
            (_gatedInput, _gatedGradient) = (new float[count * inputs], new float[count * inputs]);
        }

        _input = pass.Input;
        engine.Team.For(count, (long)(DrawNanoseconds * count * inputs), _gateSample);
        engine.Product.MultiplyTransposed(_gatedInput, Weights.Values, pass.Output, count, Weights.Rows, inputs);
        AddToEach(pass.Output, Biases.Values, count);
    }

    internal override void Backward(ComputeEngine engine, LayerPass pass, int count)
    {
        float[] outputGradient = pass.OutputGradient;
        (_input, _inputGradient, _count) = (pass.Input, pass.InputGradient, count);
        engine.Product.TransposedMultiply(outputGradient, _gatedInput, Weights.Gradient, Weights.Rows, Weights.Columns, count);
        engine.Product.Multiply(outputGradient, Weights.Values, _gatedGradient, count, Weights.Columns, Weights.Rows);
        engine.Team.For(Items, (long)(3 * PassNanoseconds * count * Weights.Columns), _passGradient);
        AddPenalty(engine);
        SumOverSamples(outputGradient, Biases.Gradient, count);
    }

    private void GateSample(int sample)
    {
        int inputs = Weights.Columns;
        Span<float> gates = _gates.AsSpan(sample * inputs, inputs);
        Noise.FillUniform(Step, sample * CounterRandom.BlocksOf(inputs), gates);
        HardConcrete.Sample(LogAlpha.Values, gates, _slopes.AsSpan(sample * inputs, inputs));
        TensorPrimitives.Multiply(gates, _input.AsSpan(sample * inputs, inputs), _gatedInput.AsSpan(sample * inputs, inputs));
    }

    // With h the derivative by the gated input x * z: dz = h * x, summed over the samples under dz / dlog alpha; dx = h * z.
    private void PassGradient(int item)
    {
        (int start, int length) = Block(item);
        Span<float> slope = LogAlpha.Gradient.AsSpan(start, length);
        slope.Clear();
        for (int sample = 0; sample < _count; sample++)
        {
            int place = sample * Weights.Columns + start;
            Span<float> gradient = _gatedGradient.AsSpan(place, length), slopes = _slopes.AsSpan(place, length);
            if (_inputGradient is float[] result)
            {
                TensorPrimitives.Multiply(gradient, _gates.AsSpan(place, length), result.AsSpan(place, length));
            }

            TensorPrimitives.Multiply(slopes, gradient, slopes);
            TensorPrimitives.MultiplyAdd(slopes, _input.AsSpan(place, length), slope, slope);
        }
    }
}
