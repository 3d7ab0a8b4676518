namespace Espalier.Compression.Coding;

/// <summary>One way of writing gaps, with its parameter.</summary>
/// <param name="IsRelative">Whether gaps have a fixed number of bits and fillers; else they are written by classes.</param>
/// <param name="Parameter">
/// The bits of a gap, or the bits that tell the classes of one magnitude apart. Relative gaps of no bits take no room at all: all zeros are
/// fillers then, which is the shortest for layers that are hardly pruned.
/// </param>
internal readonly record struct GapCoder(bool IsRelative, int Parameter)
{
    /// <summary>The most bits of a relative gap.</summary>
    public const int MaxRelativeBits = 12;

    private const int MaxClassBits = 4, ParameterBits = 4;

    /// <summary>The ways that <paramref name="options"/> allow.</summary>
    public static IEnumerable<GapCoder> Candidates(CompressionOptions options)
    {
        for (int bits = 0; bits <= MaxClassBits && options.GapCoding != GapCoding.Relative; bits++) yield return new GapCoder(false, bits);
        for (int bits = MaxRelativeBits; bits >= 0 && options.GapCoding != GapCoding.Classes; bits--)
        {
            if (options.IndexBits == 0 || options.IndexBits == bits) yield return new GapCoder(true, bits);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{(IsRelative ? "relative" : "classes")} {Parameter}");

    /// <summary>Reads which way was taken.</summary>
    /// <exception cref="EspalierException">There is no such way.</exception>
    public static GapCoder Read(BitReader reader)
    {
        var coder = new GapCoder(reader.ReadBit(), (int)reader.Read(ParameterBits));
        bool isKnown = coder.IsRelative ? coder.Parameter <= MaxRelativeBits : coder.Parameter <= MaxClassBits;
        return isKnown ? coder : throw reader.Fault($"positions are coded in a way that this version does not know ({coder.Parameter}).");
    }

    /// <summary>Writes which way is taken.</summary>
    public void Write(BitWriter writer)
    {
        writer.Write(IsRelative);
        writer.Write((ulong)Parameter, ParameterBits);
    }

    /// <summary>How many fillers <see cref="Fill"/> will add.</summary>
    public long CountFillers(ReadOnlySpan<long> gaps)
    {
        long count = 0;
        if (!IsRelative) return count;
        foreach (long gap in gaps) count += gap >> Parameter;
        return count;
    }

    /// <summary>
    /// The gaps with those that are too wide cut into fillers: each filler skips 2^bits - 1 zeros and is an entry of its own, with a zero
    /// for its weight.
    /// </summary>
    /// <returns>The gaps to write, and for each whether it belongs to a filler.</returns>
    public (List<long> Gaps, List<bool> IsFiller) Fill(ReadOnlySpan<long> gaps)
    {
        var filled = new List<long>(gaps.Length);
        var isFiller = new List<bool>(gaps.Length);
        long widest = IsRelative ? (1L << Parameter) - 1 : long.MaxValue;
        foreach (long gap in gaps)
        {
            // The filler stands on an element of its own, so that it covers one more than its gap.
            long left = gap;
            for (; left > widest; left -= widest + 1) Add(widest, true);
            Add(left, false);
        }

        return (filled, isFiller);

        void Add(long gap, bool filler)
        {
            filled.Add(gap);
            isFiller.Add(filler);
        }
    }

    /// <summary>Writes gaps that <see cref="Fill"/> made.</summary>
    /// <returns>The bits of the code table, and those of the gaps.</returns>
    public (long Table, long Stream) WriteGaps(BitWriter writer, List<long> gaps) => (IsRelative, Parameter) switch
    {
        (true, 0) => (0, 0),
        (true, _) => SymbolStream.Write(writer, gaps.ConvertAll(gap => (int)gap).ToArray(), 1 << Parameter),
        _ => GapClasses.Write(writer, gaps, Parameter),
    };

    /// <summary>Reads as many gaps as there are entries.</summary>
    /// <exception cref="EspalierException">The bits spell no gaps.</exception>
    public long[] ReadGaps(BitReader reader, int count) => (IsRelative, Parameter) switch
    {
        (true, 0) => new long[count],
        (true, _) => Array.ConvertAll(SymbolStream.Read(reader, count, 1 << Parameter), symbol => (long)symbol),
        _ => GapClasses.Read(reader, count, Parameter),
    };
}
