namespace Espalier.Inference;

/// <summary>How far one set of outputs lies from another.</summary>
/// <param name="MaxAbs">The largest absolute difference.</param>
/// <param name="MaxRel">The largest difference relative to the reference value, or to 1 where that is smaller.</param>
/// <param name="MaxUlp">The largest number of floats between an output and its reference.</param>
/// <param name="BitEqual">Whether all bits agree; NaN agrees with NaN.</param>
public readonly record struct Deviation(double MaxAbs, double MaxRel, long MaxUlp, bool BitEqual)
{
    /// <summary>No difference.</summary>
    public static Deviation None => new(0, 0, 0, true);

    private static Deviation Infinite => new(double.PositiveInfinity, double.PositiveInfinity, long.MaxValue, false);

    /// <summary>
    /// The deviation of <paramref name="actual"/> from <paramref name="reference"/>; where just one of two is NaN it is infinite.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Deviation Between(ReadOnlySpan<float> actual, ReadOnlySpan<float> reference)
    {
        if (actual.Length != reference.Length)
        {
            throw new ArgumentException($"{actual.Length} outputs against {reference.Length} reference outputs.");
        }

        Deviation all = None;
        for (int i = 0; i < actual.Length; i++) all = all.Or(Between(actual[i], reference[i]));
        return all;
    }

    /// <summary>The larger of two deviations, figure by figure.</summary>
    public Deviation Or(Deviation other) => new(
        Math.Max(MaxAbs, other.MaxAbs), Math.Max(MaxRel, other.MaxRel), Math.Max(MaxUlp, other.MaxUlp), BitEqual && other.BitEqual);

    private static Deviation Between(float actual, float reference)
    {
        if (BitConverter.SingleToInt32Bits(actual) == BitConverter.SingleToInt32Bits(reference)) return None;
        if (float.IsNaN(actual) && float.IsNaN(reference)) return None;
        if (float.IsNaN(actual) || float.IsNaN(reference)) return Infinite;
        double difference = actual == reference ? 0 : Math.Abs((double)actual - reference);
        double relative = difference == 0 ? 0 : difference / Math.Max(1, Math.Abs((double)reference));
        return new Deviation(difference, double.IsNaN(relative) ? 1 : relative, Math.Abs(Ordinal(actual) - Ordinal(reference)), false);
    }

    // The position of a float in the order of all floats, so that neighbours differ by one; +0 and -0 are neighbours.
    private static long Ordinal(float value)
    {
        int bits = BitConverter.SingleToInt32Bits(value);
        return bits >= 0 ? bits : -1L - (bits & int.MaxValue);
    }
}
