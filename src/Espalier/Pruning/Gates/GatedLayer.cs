using System.Numerics.Tensors;
using Espalier.Numerics;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Gates;

/// <summary>
/// A layer whose weights W are multiplied by hard-concrete gates z. Its gradients are those of the mean loss plus the expected penalty, the
/// sum over all weights of P(z != 0) (cost + decay w^2 / 2).
/// </summary>
internal abstract class GatedLayer : StochasticLayer
{
    /// <summary>Work on gates of columns is shared out in blocks of this many columns, over all rows.</summary>
    private const int ColumnBlock = 128;

    /// <summary>What an elementary operation on a number in the first caches takes (measured).</summary>
    private protected const double PassNanoseconds = 0.1;

    /// <summary>What drawing a gate takes (measured).</summary>
    private protected const double DrawNanoseconds = 4;

    private readonly float[] _sizes;
    private readonly Action<int, int> _addPenalty;

    private protected GatedLayer(TrainableWeightedLayer source, GateGroup group, GateSettings settings)
        : base(source, Locations(source, group))
    {
        Settings = settings;
        Noise = new CounterRandom(settings.Key);
        IsByFilter = OpensFilters(source, group);
        _addPenalty = IsByFilter ? (filter, _) => AddPenaltyOfFilter(filter) : (block, _) => AddPenaltyOfBlock(block);

        // Starting gates are open with probability 1 - drop rate before the stretch, a little apart from each other.
        var random = new SeededRandom(settings.Key);
        double location = Math.Log((1 - settings.DropRate) / settings.DropRate);
        foreach (ref float logAlpha in LogAlpha.Values.AsSpan()) logAlpha = (float)(location + 0.01 * random.NextNormal());
        _sizes = new float[LogAlpha.Values.Length];
        for (int i = 0; i < Weights.Values.Length; i++)
        {
            if (Weights.IsLive(i)) _sizes[GateOf(i)]++;
        }
    }

    /// <summary>The location of each gate: one for each input, each filter, or each weight.</summary>
    public Parameter LogAlpha => Parameters[2];

    /// <summary>What a gated layer is told.</summary>
    public GateSettings Settings { get; }

    /// <inheritdoc/>
    public sealed override double ExpectedWeights
    {
        get
        {
            var presence = new float[_sizes.Length];
            HardConcrete.Presence(LogAlpha.Values, presence);
            double sum = 0;
            for (int i = 0; i < presence.Length; i++) sum += (double)presence[i] * _sizes[i];
            return sum;
        }
    }

    private protected CounterRandom Noise { get; }

    /// <summary>Whether a gate opens and closes a row of weights.</summary>
    private protected bool IsByFilter { get; }

    /// <summary>The number of items that work on gates is shared out in: filters, or blocks of columns.</summary>
    private protected int Items => IsByFilter ? Weights.Rows : (Weights.Columns + ColumnBlock - 1) / ColumnBlock;

    /// <summary>The number of rows of weights under the same gates: all, or one when each filter or weight has a gate of its own.</summary>
    private protected int RowsOfGate => Weights.Rows / LogAlpha.Rows;

    /// <inheritdoc/>
    public sealed override void EndStep()
    {
        Span<float> values = LogAlpha.Values;
        TensorPrimitives.Max(values, HardConcrete.LeastLogAlpha, values);
        TensorPrimitives.Min(values, HardConcrete.MostLogAlpha, values);
    }

    /// <inheritdoc/>
    public sealed override void Settle(Span<float> weights, Span<uint> mask)
    {
        var gates = new float[LogAlpha.Values.Length];
        HardConcrete.Settle(LogAlpha.Values, gates);
        for (int i = 0; i < weights.Length; i++) weights[i] = Weights.Values[i] * gates[GateOf(i)];
        Mask(weights, mask, i => gates[GateOf(i)] == 0);
    }

    /// <summary>Adds the derivatives of the expected penalty to the gradients.</summary>
    private protected void AddPenalty(ComputeEngine engine) =>
        engine.Team.For(Items, (long)(PassNanoseconds * (2.0 * Weights.Values.Length + 8.0 * _sizes.Length)), _addPenalty);

    /// <summary>The columns of block <paramref name="item"/>.</summary>
    private protected (int Start, int Length) Block(int item) =>
        (item * ColumnBlock, Math.Min(ColumnBlock, Weights.Columns - item * ColumnBlock));

    private static bool OpensFilters(TrainableWeightedLayer layer, GateGroup group) =>
        group == GateGroup.Input && layer is TrainableConvolution;

    private static Parameter Locations(TrainableWeightedLayer layer, GateGroup group)
    {
        (int rows, int columns) = (layer.Weights.Rows, layer.Weights.Columns);
        bool isByFilter = OpensFilters(layer, group), isByWeight = group == GateGroup.Weight;
        return new(layer.Name + ".log-alpha", isByFilter || isByWeight ? rows : 1, isByFilter ? 1 : columns, isWeight: false);
    }

    private int GateOf(int weight) => IsByFilter ? weight / Weights.Columns : weight % LogAlpha.Values.Length;

    // With P' = P (1 - P): dlog alpha += P' (cost size + decay / 2 sum w^2), dw += decay P w.
    private void AddPenaltyOfFilter(int filter)
    {
        Span<float> presence = stackalloc float[1];
        HardConcrete.Presence(LogAlpha.Values.AsSpan(filter, 1), presence);
        float cost = (float)Settings.Cost, decay = (float)Settings.Decay;
        ReadOnlySpan<float> weights = Weights.Values.AsSpan(filter * Weights.Columns, Weights.Columns);
        Span<float> gradient = Weights.Gradient.AsSpan(filter * Weights.Columns, Weights.Columns);
        if (decay > 0) TensorPrimitives.MultiplyAdd(weights, decay * presence[0], gradient, gradient);
        float penalty = cost * _sizes[filter] + decay / 2 * TensorPrimitives.SumOfSquares(weights);
        LogAlpha.Gradient[filter] += presence[0] * (1 - presence[0]) * penalty;
    }

    private void AddPenaltyOfBlock(int item)
    {
        (int start, int length) = Block(item);
        Span<float> scratch = stackalloc float[3 * ColumnBlock];
        Span<float> presence = scratch[..length], squares = scratch.Slice(ColumnBlock, length);
        Span<float> present = scratch.Slice(2 * ColumnBlock, length);
        float cost = (float)Settings.Cost, decay = (float)Settings.Decay;
        for (int gateRow = 0; gateRow < LogAlpha.Rows; gateRow++)
        {
            int gate = gateRow * Weights.Columns + start;
            HardConcrete.Presence(LogAlpha.Values.AsSpan(gate, length), presence);
            squares.Clear();
            for (int row = gateRow * RowsOfGate; row < (gateRow + 1) * RowsOfGate && decay > 0; row++)
            {
                ReadOnlySpan<float> weights = Weights.Values.AsSpan(row * Weights.Columns + start, length);
                Span<float> gradient = Weights.Gradient.AsSpan(row * Weights.Columns + start, length);
                TensorPrimitives.Multiply(weights, presence, present);
                TensorPrimitives.MultiplyAdd(present, decay, gradient, gradient);
                TensorPrimitives.MultiplyAdd(weights, weights, squares, squares);
            }

            Span<float> slope = LogAlpha.Gradient.AsSpan(gate, length);
            for (int i = 0; i < length; i++)
            {
                slope[i] += presence[i] * (1 - presence[i]) * (cost * _sizes[gate + i] + decay / 2 * squares[i]);
            }
        }
    }
}
