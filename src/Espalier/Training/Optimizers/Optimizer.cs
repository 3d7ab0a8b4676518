using System.Numerics;
using System.Runtime.InteropServices;
using Espalier.Training.Kernels;

namespace Espalier.Training.Optimizers;

/// <summary>Moves all that a network learns by its gradients, keeping what a mask removed at +0, moments included.</summary>
internal sealed class Optimizer
{
    /// <summary>The weights of a work item: 64 KB of each array, a few microseconds.</summary>
    private const int ItemLength = 16384;

    /// <summary>What Adam takes for a weight (measured; the other rules are faster).</summary>
    private const double UpdateNanoseconds = 0.4;

    private readonly OptimizerOptions _options;
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly (int Parameter, int Start)[] _items;
    private readonly Action<int, int> _updateItem;
    private readonly long _nanoseconds;
    private double _rate;

    /// <summary>Prepares to move <paramref name="parameters"/>, with all moments at 0.</summary>
    /// <exception cref="EspalierException">An option is out of its range.</exception>
    public Optimizer(OptimizerOptions options, IReadOnlyList<Parameter> parameters)
    {
        options.Validate();
        (_options, _parameters) = (options, parameters);
        (int moments, _updateItem) = options.Kind switch
        {
            OptimizerKind.GradientDescent =>
                (GradientDescentRule.Moments, (Action<int, int>)((item, _) => Update(item, new GradientDescentRule(_rate)))),
            OptimizerKind.Momentum =>
                (MomentumRule.Moments, (item, _) => Update(item, new MomentumRule(_rate, options.Momentum, nesterov: false))),
            OptimizerKind.Nesterov =>
                (MomentumRule.Moments, (item, _) => Update(item, new MomentumRule(_rate, options.Momentum, nesterov: true))),
            _ => (AdamRule.Moments, (item, _) => Update(item, new AdamRule(_rate, options, Steps))),
        };
        FirstMoments = Allocate(moments > 0);
        SecondMoments = Allocate(moments > 1);
        var items = new List<(int, int)>();
        for (int i = 0; i < parameters.Count; i++)
        {
            if (!parameters[i].IsLearned) continue;
            for (int start = 0; start < parameters[i].Values.Length; start += ItemLength) items.Add((i, start));
        }

        _items = [.. items];
        _nanoseconds = (long)(UpdateNanoseconds * parameters.Sum(parameter => parameter.Values.Length));

        float[][] Allocate(bool needed) => [.. parameters.Select(parameter => new float[needed ? parameter.Values.Length : 0])];
    }

    /// <summary>The number of steps taken.</summary>
    public long Steps { get; set; }

    /// <summary>For each parameter the velocity or mean gradient; empty when the rule has none.</summary>
    public float[][] FirstMoments { get; }

    /// <summary>For each parameter the mean squared gradient; empty when the rule has none.</summary>
    public float[][] SecondMoments { get; }

    /// <summary>Takes one step.</summary>
    public void Step(ComputeEngine engine, double learningRate)
    {
        Steps++;
        _rate = learningRate;
        engine.Team.For(_items.Length, _nanoseconds, _updateItem);
    }

    private void Update<TRule>(int item, TRule rule)
        where TRule : struct, IUpdateRule
    {
        (int index, int start) = _items[item];
        Parameter parameter = _parameters[index];
        int length = Math.Min(ItemLength, parameter.Values.Length - start);
        Span<float> values = parameter.Values.AsSpan(start, length);
        ReadOnlySpan<float> gradient = parameter.Gradient.AsSpan(start, length);
        ReadOnlySpan<uint> mask = parameter.Mask is null ? [] : parameter.Mask.AsSpan(start, length);
        Span<float> first = TRule.Moments > 0 ? FirstMoments[index].AsSpan(start, length) : [];
        Span<float> second = TRule.Moments > 1 ? SecondMoments[index].AsSpan(start, length) : [];
        double decay = parameter.IsWeight ? _options.WeightDecay : 0;
        var coupled = new Vector<float>(_options.DecoupledDecay ? 0 : (float)decay);
        var kept = new Vector<float>(_options.DecoupledDecay ? (float)(1 - _rate * decay) : 1);

        int whole = length - length % Vector<float>.Count;
        Update(rule, coupled, kept, values[..whole], gradient[..whole], mask, first, second);
        if (whole == length) return;

        // The rest goes through one padded vector, so that each rule is written once.
        Span<float> tail = stackalloc float[4 * Vector<float>.Count];
        tail.Clear();
        Span<uint> tailMask = stackalloc uint[Vector<float>.Count];
        tailMask.Fill(Parameter.Live);
        Span<float> tailValues = Tail(tail, 0), tailGradient = Tail(tail, 1), tailFirst = Tail(tail, 2), tailSecond = Tail(tail, 3);
        values[whole..].CopyTo(tailValues);
        gradient[whole..].CopyTo(tailGradient);
        if (!mask.IsEmpty) mask[whole..].CopyTo(tailMask);
        if (!first.IsEmpty) first[whole..].CopyTo(tailFirst);
        if (!second.IsEmpty) second[whole..].CopyTo(tailSecond);
        Update(rule, coupled, kept, tailValues, tailGradient, tailMask, tailFirst, tailSecond);
        tailValues[..(length - whole)].CopyTo(values[whole..]);
        if (!first.IsEmpty) tailFirst[..(length - whole)].CopyTo(first[whole..]);
        if (!second.IsEmpty) tailSecond[..(length - whole)].CopyTo(second[whole..]);

        static Span<float> Tail(Span<float> tail, int index) => tail.Slice(index * Vector<float>.Count, Vector<float>.Count);
    }

    private static void Update<TRule>(
        TRule rule, Vector<float> coupledDecay, Vector<float> kept, Span<float> values, ReadOnlySpan<float> gradient,
        ReadOnlySpan<uint> mask, Span<float> first, Span<float> second)
        where TRule : struct, IUpdateRule
    {
        Span<Vector<float>> w = MemoryMarshal.Cast<float, Vector<float>>(values);
        ReadOnlySpan<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        ReadOnlySpan<Vector<uint>> live = MemoryMarshal.Cast<uint, Vector<uint>>(mask);
        Span<Vector<float>> m1 = MemoryMarshal.Cast<float, Vector<float>>(first), m2 = MemoryMarshal.Cast<float, Vector<float>>(second);
        for (int i = 0; i < w.Length; i++)
        {
            Vector<float> value = w[i], slope = g[i] + coupledDecay * value;
            Vector<float> moment1 = TRule.Moments > 0 ? m1[i] : default, moment2 = TRule.Moments > 1 ? m2[i] : default;
            value *= kept;
            rule.Update(ref value, slope, ref moment1, ref moment2);
            if (mask.Length > 0)
            {
                // An and with the mask, not a product: it gives +0 whatever stood there, -0, infinity and NaN included.
                value = And(value, live[i]);
                moment1 = And(moment1, live[i]);
                moment2 = And(moment2, live[i]);
            }

            w[i] = value;
            if (TRule.Moments > 0) m1[i] = moment1;
            if (TRule.Moments > 1) m2[i] = moment2;
        }
    }

    private static Vector<float> And(Vector<float> value, Vector<uint> mask) =>
        Vector.AsVectorSingle(Vector.AsVectorUInt32(value) & mask);
}
