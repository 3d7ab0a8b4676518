using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Espalier.Training;

namespace Espalier.Pruning.Surgery;

/// <summary>
/// The mask of one layer under surgery, with the shadow weights behind it: those that live and those that are removed for now, all of
/// which the optimizer moves.
/// </summary>
internal sealed class SurgeryMask
{
    private readonly Parameter _weights;
    private readonly float[] _shadow;
    private readonly uint[] _mask;
    private readonly float _low, _high;

    /// <summary>Begins with the weights as they are; what is removed already may come back like any other.</summary>
    /// <param name="weights">The layer.</param>
    /// <param name="rate">c of the threshold.</param>
    /// <param name="hysteresis">The distance of the two thresholds from their middle, as a part of it.</param>
    public SurgeryMask(Parameter weights, double rate, double hysteresis)
    {
        _weights = weights;
        _shadow = (float[])weights.Values.Clone();
        _mask = new uint[_shadow.Length];
        if (weights.Mask is uint[] mask) mask.CopyTo(_mask, 0);
        else _mask.AsSpan().Fill(Parameter.Live);
        Threshold = Math.Max(0, ThresholdOf(rate));
        (_low, _high) = ((float)((1 - hysteresis) * Threshold), (float)((1 + hysteresis) * Threshold));
    }

    /// <summary>t, fixed for the whole run.</summary>
    public double Threshold { get; }

    /// <summary>Live or Removed for each weight.</summary>
    public ReadOnlySpan<uint> Mask => _mask;

    /// <summary>All weights, those behind the mask too.</summary>
    public ReadOnlySpan<float> Shadow => _shadow;

    /// <summary>The number of weights that live.</summary>
    public int LiveCount => _mask.AsSpan().Count(Parameter.Live);

    /// <summary>Removes what has become small and splices back what has become large.</summary>
    /// <returns>The number of weights that came back.</returns>
    public int Renew()
    {
        int whole = _mask.Length - _mask.Length % Vector<uint>.Count;
        Span<Vector<uint>> mask = MemoryMarshal.Cast<uint, Vector<uint>>(_mask.AsSpan(0, whole));
        ReadOnlySpan<Vector<float>> shadow = MemoryMarshal.Cast<float, Vector<float>>(_shadow.AsSpan(0, whole));
        Vector<float> low = new(_low), high = new(_high);
        Vector<uint> back = default;
        for (int i = 0; i < mask.Length; i++)
        {
            Vector<float> size = Vector.Abs(shadow[i]);
            Vector<uint> isSmall = Vector.AsVectorUInt32(Vector.LessThanOrEqual(size, low));
            Vector<uint> isLarge = Vector.AsVectorUInt32(Vector.GreaterThan(size, high));

            // Of a comparison that holds all bits are set: to subtract it is to add one.
            back -= Vector.AndNot(isLarge, mask[i]);
            mask[i] = Vector.AndNot(mask[i], isSmall) | isLarge;
        }

        int spliced = (int)Vector.Sum(back);
        for (int i = whole; i < _mask.Length; i++)
        {
            float size = Math.Abs(_shadow[i]);
            if (size > _high && _mask[i] == Parameter.Removed) spliced++;
            _mask[i] = size > _high ? Parameter.Live : size <= _low ? Parameter.Removed : _mask[i];
        }

        return spliced;
    }

    /// <summary>Gives the layer its masked weights: what forward passes and evaluations see.</summary>
    public void ShowMasked() => TensorPrimitives.BitwiseAnd(
        MemoryMarshal.Cast<float, uint>(_shadow), _mask, MemoryMarshal.Cast<float, uint>(_weights.Values.AsSpan()));

    /// <summary>Gives the layer all its weights, for the optimizer to move.</summary>
    public void ShowAll() => _shadow.CopyTo(_weights.Values, 0);

    /// <summary>Takes all weights back as the optimizer left them.</summary>
    public void TakeAll() => _weights.Values.CopyTo(_shadow, 0);

    /// <summary>mean + c deviation of |w| over the live weights.</summary>
    private double ThresholdOf(double rate)
    {
        int count = LiveCount;
        if (count == 0) return 0;
        double mean = 0, squares = 0;
        foreach (float weight in _shadow) mean += Math.Abs(weight);
        mean /= count;
        for (int i = 0; i < _shadow.Length; i++)
        {
            double distance = Math.Abs(_shadow[i]) - mean;
            if (_mask[i] == Parameter.Live) squares += distance * distance;
        }

        return mean + rate * Math.Sqrt(squares / count);
    }
}
