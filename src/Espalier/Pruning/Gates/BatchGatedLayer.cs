using System.Numerics.Tensors;
using Espalier.Numerics;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Gates;

/// <summary>
/// Gates that are drawn once for all samples of a batch: they multiply the weights, and a plain layer of the products does the rest.
/// </summary>
internal sealed class BatchGatedLayer : GatedLayer
{
    private readonly TrainableWeightedLayer _gated;
    private readonly float[] _gates, _slopes;
    private readonly Action<int, int> _draw, _applyGates, _passGradient;

    public BatchGatedLayer(TrainableWeightedLayer source, GateGroup group, GateSettings settings)
        : base(source, group, settings)
    {
        _gated = (TrainableWeightedLayer)source.Blank();
        (_gates, _slopes) = (new float[LogAlpha.Values.Length], new float[LogAlpha.Values.Length]);
        _draw = (item, _) => Draw(item);
        _applyGates = (row, _) => ApplyGates(row);
        _passGradient = IsByFilter ? (filter, _) => PassGradientToFilter(filter) : (block, _) => PassGradientToBlock(block);
    }

    internal override LayerPass CreatePass(PassMode mode, int capacity) => _gated.CreatePass(mode, capacity);

    internal override void Forward(ComputeEngine engine, LayerPass pass, int count)
    {
        engine.Team.For(CounterRandom.BlocksOf(_gates.Length), (long)(DrawNanoseconds * _gates.Length), _draw);
        engine.Team.For(Weights.Rows, (long)(PassNanoseconds * Weights.Values.Length), _applyGates);
        Biases.Values.CopyTo(_gated.Biases.Values, 0);
        _gated.Forward(engine, pass, count);
    }

    internal override void Backward(ComputeEngine engine, LayerPass pass, int count)
    {
        _gated.Backward(engine, pass, count);
        _gated.Biases.Gradient.CopyTo(Biases.Gradient, 0);
        engine.Team.For(Items, (long)(2 * PassNanoseconds * Weights.Values.Length), _passGradient);
        AddPenalty(engine);
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
        int columns = Weights.Columns;
        ReadOnlySpan<float> weights = Weights.Values.AsSpan(row * columns, columns);
        Span<float> gated = _gated.Weights.Values.AsSpan(row * columns, columns);
        if (IsByFilter) TensorPrimitives.Multiply(weights, _gates[row], gated);
        else TensorPrimitives.Multiply(weights, _gates.AsSpan(row / RowsOfGate * columns, columns), gated);
    }

    // With H the derivative by the gated weights W * z: dz = the sum of H * W over the weights of the gate, dW = H * z.
    private void PassGradientToFilter(int filter)
    {
        int columns = Weights.Columns;
        ReadOnlySpan<float> gated = _gated.Weights.Gradient.AsSpan(filter * columns, columns);
        LogAlpha.Gradient[filter] = _slopes[filter] * TensorPrimitives.Dot(gated, Weights.Values.AsSpan(filter * columns, columns));
        TensorPrimitives.Multiply(gated, _gates[filter], Weights.Gradient.AsSpan(filter * columns, columns));
    }

    private void PassGradientToBlock(int item)
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
                int place = row * Weights.Columns + start;
                ReadOnlySpan<float> gated = _gated.Weights.Gradient.AsSpan(place, length);
                TensorPrimitives.MultiplyAdd(gated, Weights.Values.AsSpan(place, length), slope, slope);
                TensorPrimitives.Multiply(gated, gates, Weights.Gradient.AsSpan(place, length));
            }

            TensorPrimitives.Multiply(slope, _slopes.AsSpan(gate, length), slope);
        }
    }
}
