using System.Numerics.Tensors;
using Espalier.Numerics;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Gates;

/// <summary>Gates that are drawn once for all samples of a batch: they multiply the weights, and products cost no more.</summary>
internal sealed class BatchGatedDense : GatedDense
{
    private readonly float[] _gates, _slopes, _gatedWeights;
    private readonly Action<int, int> _draw, _applyGates, _passGradient;

    public BatchGatedDense(TrainableDense source, GateGroup group, GateSettings settings)
        : base(source, group, settings)
    {
        (_gates, _slopes) = (new float[LogAlpha.Values.Length], new float[LogAlpha.Values.Length]);
        _gatedWeights = new float[Weights.Values.Length];
        _draw = (item, _) => Draw(item);
        _applyGates = (row, _) => ApplyGates(row);
        _passGradient = (item, _) => PassGradient(item);
    }

    internal override void Forward(ComputeEngine engine, float[] input, float[] output, int count)
    {
        engine.Team.For(CounterRandom.BlocksOf(_gates.Length), (long)(DrawNanoseconds * _gates.Length), _draw);
        engine.Team.For(Weights.Rows, (long)(PassNanoseconds * Weights.Values.Length), _applyGates);
        engine.Product.MultiplyTransposed(input, _gatedWeights, output, count, Weights.Rows, Weights.Columns);
        AddToEach(output, Biases.Values, count);
    }

    internal override void Backward(ComputeEngine engine, float[] input, float[] outputGradient, float[]? inputGradient, int count)
    {
        engine.Product.TransposedMultiply(outputGradient, input, Weights.Gradient, Weights.Rows, Weights.Columns, count);
        engine.Team.For(Blocks, (long)(2 * PassNanoseconds * Weights.Values.Length), _passGradient);
        AddPenalty(engine);
        SumOverSamples(outputGradient, Biases.Gradient, count);
        if (inputGradient is null) return;
        engine.Product.Multiply(outputGradient, _gatedWeights, inputGradient, count, Weights.Columns, Weights.Rows);
    }

    private void Draw(int block)
    {
        int start = block * CounterRandom.BlockLength, length = Math.Min(CounterRandom.BlockLength, _gates.Length - start);
        Span<float> gates = _gates.AsSpan(start, length);
        Noise.FillUniform(Step, block, gates);
        HardConcrete.Sample(LogAlpha.Values.AsSpan(start, length), gates, _slopes.AsSpan(start, length));
    }

    private void ApplyGates(int row)
    {
        int inputs = Weights.Columns;
        ReadOnlySpan<float> gates = _gates.AsSpan(row / RowsOfGate * inputs, inputs);
        TensorPrimitives.Multiply(Weights.Values.AsSpan(row * inputs, inputs), gates, _gatedWeights.AsSpan(row * inputs, inputs));
    }

    // With H the derivative by the gated weights W * z: dz = the sum of H * W over the weights of the gate, dW = H * z.
    private void PassGradient(int item)
    {
        (int start, int length) = Block(item);
        for (int gateRow = 0; gateRow < LogAlpha.Rows; gateRow++)
        {
            int gate = gateRow * Weights.Columns + start;
            ReadOnlySpan<float> gates = _gates.AsSpan(gate, length);
            Span<float> slope = LogAlpha.Gradient.AsSpan(gate, length);
            slope.Clear();
            for (int row = gateRow * RowsOfGate; row < (gateRow + 1) * RowsOfGate; row++)
            {
                Span<float> gradient = Weights.Gradient.AsSpan(row * Weights.Columns + start, length);
                TensorPrimitives.MultiplyAdd(gradient, Weights.Values.AsSpan(row * Weights.Columns + start, length), slope, slope);
                TensorPrimitives.Multiply(gradient, gates, gradient);
            }

            TensorPrimitives.Multiply(slope, _slopes.AsSpan(gate, length), slope);
        }
    }
}
