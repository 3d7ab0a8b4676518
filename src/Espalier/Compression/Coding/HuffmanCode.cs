namespace Espalier.Compression.Coding;

/// <summary>
/// A canonical Huffman code (Huffman 1952; Schwartz and Kallick 1964): symbols of equal length get consecutive codes in their order,
/// shorter codes come first, so that the lengths alone tell the whole code. Symbols that do not occur have length 0 and no code.
/// </summary>
internal sealed class HuffmanCode
{
    /// <summary>The longest code.</summary>
    public const int MaxLength = 24;

    private readonly int[] _lengths;
    private readonly uint[] _codes;
    private readonly int[] _symbols;
    private readonly int[] _countOfLength = new int[MaxLength + 1];

    private HuffmanCode(int[] lengths)
    {
        _lengths = lengths;
        _codes = new uint[lengths.Length];
        foreach (int length in lengths) _countOfLength[length]++;
        _countOfLength[0] = 0;
        var nextCode = new uint[MaxLength + 2];
        var nextPlace = new int[MaxLength + 2];
        for (int length = 1; length <= MaxLength; length++)
        {
            nextCode[length + 1] = (nextCode[length] + (uint)_countOfLength[length]) << 1;
            nextPlace[length + 1] = nextPlace[length] + _countOfLength[length];
        }

        _symbols = new int[nextPlace[MaxLength + 1]];
        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            int length = lengths[symbol];
            if (length == 0) continue;
            _codes[symbol] = nextCode[length]++;
            _symbols[nextPlace[length]++] = symbol;
        }
    }

    /// <summary>The bits of each symbol's code; 0 for none.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <summary>The code of each symbol, in its lowest bits.</summary>
    public IReadOnlyList<uint> Codes => _codes;

    /// <summary>The best code for symbols that occur so often; a single symbol gets one bit. At least one must occur.</summary>
    public static HuffmanCode FromCounts(ReadOnlySpan<int> counts)
    {
        long[] weights = new long[counts.Length];
        for (int i = 0; i < counts.Length; i++) weights[i] = counts[i];
        while (true)
        {
            int[] lengths = LengthsFor(weights);
            if (lengths.Max() <= MaxLength) return new HuffmanCode(lengths);

            // A code as deep as that takes millions of symbols in Fibonacci proportions: flatter counts then cost next to nothing.
            for (int i = 0; i < weights.Length; i++) weights[i] = (weights[i] + 1) / 2;
        }
    }

    /// <summary>Writes the lengths, each as its difference from the one before.</summary>
    public void WriteTable(BitWriter writer)
    {
        int previous = 0;
        foreach (int length in _lengths)
        {
            int difference = length - previous;
            writer.WriteNumber(difference <= 0 ? -2 * difference : 2 * difference - 1);
            previous = length;
        }
    }

    /// <summary>Reads what <see cref="WriteTable"/> wrote.</summary>
    /// <exception cref="EspalierException">The lengths are not those of a complete prefix code.</exception>
    public static HuffmanCode ReadTable(BitReader reader, int alphabet)
    {
        if (alphabet > reader.Remaining) throw reader.Fault($"a code table of {alphabet} symbols does not fit into the rest of the file.");
        var lengths = new int[alphabet];
        int previous = 0;
        long space = 0;
        for (int i = 0; i < alphabet; i++)
        {
            int zigzag = (int)reader.ReadNumber("a step of a code length", 0, 2 * MaxLength);
            int length = previous + ((zigzag & 1) == 0 ? -zigzag / 2 : (zigzag + 1) / 2);
            if (length is < 0 or > MaxLength) throw reader.Fault($"a code length is {length}; it must be 0 to {MaxLength}.");
            lengths[i] = previous = length;
            if (length > 0) space += 1L << (MaxLength - length);
        }

        // Kraft's equality; a code of one symbol uses half of the space.
        bool isSingle = lengths.Count(length => length == 1) == 1 && lengths.Count(length => length > 0) == 1;
        if (space != 1L << MaxLength && !isSingle) throw reader.Fault("the code lengths make no prefix code.");
        return new HuffmanCode(lengths);
    }

    /// <summary>Writes the code of a symbol that occurs.</summary>
    public void Write(BitWriter writer, int symbol) => writer.Write(_codes[symbol], _lengths[symbol]);

    /// <summary>Reads one symbol.</summary>
    /// <exception cref="EspalierException">The bits are no code of this table.</exception>
    public int Read(BitReader reader)
    {
        // The codes of one length are consecutive, and start at twice what lies behind the last one of the length before.
        int code = 0, first = 0, place = 0;
        for (int length = 1; length <= MaxLength; length++)
        {
            code = (code << 1) | (int)reader.Read(1);
            int count = _countOfLength[length];
            if (code - first < count) return _symbols[place + code - first];
            place += count;
            first = (first + count) << 1;
        }

        throw reader.Fault("a code stands for no symbol.");
    }

    /// <summary>Joins the two lightest nodes until one is left; a symbol's length is its depth.</summary>
    private static int[] LengthsFor(long[] weights)
    {
        var queue = new PriorityQueue<int, (long Weight, int Node)>();
        var parents = new List<int>(weights.Length);
        for (int symbol = 0; symbol < weights.Length; symbol++)
        {
            parents.Add(-1);
            if (weights[symbol] > 0) queue.Enqueue(symbol, (weights[symbol], symbol));
        }

        if (queue.Count == 0) throw new ArgumentException("No symbol occurs.");
        var lengths = new int[weights.Length];
        if (queue.Count == 1) lengths[queue.Peek()] = 1;
        while (queue.Count > 1)
        {
            queue.TryDequeue(out int left, out (long Weight, int) light);
            queue.TryDequeue(out int right, out (long Weight, int) heavy);
            int parent = parents.Count;
            parents.Add(-1);
            parents[left] = parents[right] = parent;
            queue.Enqueue(parent, (light.Weight + heavy.Weight, parent));
        }

        // A parent comes after its children, so that depths are known from the root backwards.
        var depths = new int[parents.Count];
        for (int node = parents.Count - 1; node >= 0; node--)
        {
            if (parents[node] >= 0) depths[node] = depths[parents[node]] + 1;
            if (node < lengths.Length && depths[node] > 0) lengths[node] = depths[node];
        }

        return lengths;
    }
}
