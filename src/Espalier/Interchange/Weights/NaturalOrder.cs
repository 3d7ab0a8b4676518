namespace Espalier.Interchange.Weights;

/// <summary>The order of names in which numbers count as numbers: fc2 before fc10.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    /// <summary>The one instance.</summary>
    public static NaturalOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x, b = y;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            int difference;
            if (char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0]))
            {
                ReadOnlySpan<char> m = Digits(ref a).TrimStart('0'), n = Digits(ref b).TrimStart('0');
                difference = m.Length != n.Length ? m.Length - n.Length : m.SequenceCompareTo(n);
            }
            else
            {
                difference = a[0] - b[0];
                a = a[1..];
                b = b[1..];
            }

            if (difference != 0) return difference;
        }

        return a.Length - b.Length;
    }

    private static ReadOnlySpan<char> Digits(ref ReadOnlySpan<char> text)
    {
        int count = text.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = count < 0 ? text : text[..count];
        text = text[digits.Length..];
        return digits;
    }
}
