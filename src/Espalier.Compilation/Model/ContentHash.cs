namespace Espalier.Compilation.Model;

/// <summary>
/// A 128-bit hash of a value's content, computed once when the value is made, so that two large weight objects compare in
/// constant time on every keystroke of an editor. Not cryptographic: the model file carries a SHA-256 of its own.
/// </summary>
public readonly record struct ContentHash(ulong High, ulong Low)
{
    private const ulong Prime1 = 0x9E3779B185EBCA87, Prime2 = 0xC2B2AE3D27D4EB4F;

    /// <summary>The hash of no content.</summary>
    public static ContentHash Empty => new(Prime2, Prime1);

    /// <summary>The hash of this content followed by one more 64-bit value.</summary>
    public ContentHash Add(ulong value)
    {
        unchecked
        {
            ulong low = Rotate(Low ^ (value * Prime1), 31) * Prime2;
            ulong high = Rotate(High + value + (low >> 29), 27) * Prime1 + Prime2;
            return new ContentHash(high, low);
        }
    }

    /// <summary>The hash of this content followed by the values of <paramref name="values"/>, with their count.</summary>
    public ContentHash Add(int[] values)
    {
        ContentHash hash = Add((ulong)values.Length);
        foreach (int value in values) hash = hash.Add((uint)value);
        return hash;
    }

    /// <summary>The hash of this content followed by the bits of <paramref name="values"/>, with their count.</summary>
    public ContentHash Add(float[] values)
    {
        ContentHash hash = Add((ulong)values.Length);
        foreach (float value in values) hash = hash.Add(FloatBits.Of(value));
        return hash;
    }

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)(Low ^ (Low >> 32)));

    private static ulong Rotate(ulong value, int count) => (value << count) | (value >> (64 - count));
}
