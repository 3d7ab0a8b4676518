namespace Espalier.Inference;

/// <summary>The reference outputs for an input, and how far from them correct code may come.</summary>
public sealed class BoundedOutputs
{
    private readonly float[] _values;
    private readonly double[] _bounds;
    private readonly bool[] _isNaN;
    private readonly bool _mayShareNaN;

    internal BoundedOutputs(float[] values, double[] bounds, bool[] isNaN, bool mayShareNaN) =>
        (_values, _bounds, _isNaN, _mayShareNaN) = (values, bounds, isNaN, mayShareNaN);

    /// <summary>The interpreter's outputs.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>
    /// How far each output may be from the interpreter's; infinite where a sum could overflow or an input is infinite or NaN.
    /// </summary>
    public ReadOnlySpan<double> Bounds => _bounds;

    /// <summary>
    /// Which share of its bound the most deviant of <paramref name="outputs"/> uses up: at most 1 for correct code. An output that depends
    /// on a NaN among the inputs must be NaN. Another one may be NaN only where an infinity or a NaN occurs that a register of lanes shares
    /// with it. A fault against these is +infinity.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public double BoundShare(ReadOnlySpan<float> outputs)
    {
        CheckLength(outputs);
        double largest = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            if (IsFree(i, outputs[i])) continue;
            double difference = outputs[i] == _values[i] ? 0 : Math.Abs((double)outputs[i] - _values[i]);
            double share = _isNaN[i] != float.IsNaN(outputs[i]) ? double.PositiveInfinity
                : _isNaN[i] || difference == 0 ? 0
                : difference / _bounds[i];
            largest = Math.Max(largest, share);
        }

        return largest;
    }

    /// <summary>The deviation of those among <paramref name="outputs"/> that <see cref="BoundShare"/> holds to something.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public Deviation DeviationOf(ReadOnlySpan<float> outputs)
    {
        CheckLength(outputs);
        Deviation all = Deviation.None;
        for (int i = 0; i < outputs.Length; i++)
        {
            if (!IsFree(i, outputs[i])) all = all.Or(Deviation.Between(outputs.Slice(i, 1), Values.Slice(i, 1)));
        }

        return all;
    }

    /// <summary>
    /// Whether rounding alone may make class <paramref name="other"/> of what the interpreter takes for <paramref name="reference"/>.
    /// </summary>
    /// <param name="reference">The interpreter's class.</param>
    /// <param name="other">The class that the code gave.</param>
    /// <param name="threshold">What a single output must exceed to mean class 1.</param>
    internal bool IsCloseCall(int reference, int other, float threshold)
    {
        if (_values.Length == 1) return !(Math.Abs((double)_values[0] - threshold) > _bounds[0]);
        return reference < 0 || other < 0 || !((double)_values[reference] - _values[other] > _bounds[reference] + _bounds[other]);
    }

    private bool IsFree(int index, float output) =>
        !_isNaN[index] && (double.IsPositiveInfinity(_bounds[index]) || (_mayShareNaN && float.IsNaN(output)));

    private void CheckLength(ReadOnlySpan<float> outputs)
    {
        if (outputs.Length == _values.Length) return;
        throw new ArgumentException($"{outputs.Length} outputs in place of {_values.Length}.", nameof(outputs));
    }
}
