using System.Numerics;

namespace Espalier.Compression.Coding;

/// <summary>Writes symbols by a Huffman code whose table goes before them, or in a fixed width where that is shorter.</summary>
internal static class SymbolStream
{
    /// <summary>The bits of a symbol in a fixed width; one at least, so that no symbol is free.</summary>
    public static int Width(int alphabet) => alphabet <= 2 ? 1 : BitOperations.Log2((uint)alphabet - 1) + 1;

    /// <summary>Writes <paramref name="symbols"/>, each from 0 to <paramref name="alphabet"/> - 1.</summary>
    /// <returns>The bits of the table (with the bit that says which of the two it is), and those of the symbols.</returns>
    public static (long Table, long Stream) Write(BitWriter writer, ReadOnlySpan<int> symbols, int alphabet)
    {
        if (symbols.IsEmpty) return (0, 0);
        var counts = new int[alphabet];
        foreach (int symbol in symbols) counts[symbol]++;
        HuffmanCode code = HuffmanCode.FromCounts(counts);
        var table = new BitWriter();
        code.WriteTable(table);
        long coded = 0, plain = (long)Width(alphabet) * symbols.Length;
        for (int symbol = 0; symbol < alphabet; symbol++) coded += (long)counts[symbol] * code.Lengths[symbol];

        bool isCoded = table.Length + coded < plain;
        writer.Write(isCoded);
        if (!isCoded)
        {
            foreach (int symbol in symbols) writer.Write((ulong)symbol, Width(alphabet));
            return (1, plain);
        }

        writer.Append(table);
        foreach (int symbol in symbols) code.Write(writer, symbol);
        return (1 + table.Length, coded);
    }

    /// <summary>Reads <paramref name="count"/> symbols.</summary>
    /// <exception cref="EspalierException">The bits spell no such symbols.</exception>
    public static int[] Read(BitReader reader, int count, int alphabet)
    {
        if (count == 0) return [];
        if (count > reader.Remaining) throw reader.Fault($"{count} numbers do not fit into the rest of the file.");
        HuffmanCode? code = reader.ReadBit() ? HuffmanCode.ReadTable(reader, alphabet) : null;
        var symbols = new int[count];
        for (int i = 0; i < count; i++)
        {
            symbols[i] = code?.Read(reader) ?? (int)reader.Read(Width(alphabet));
            if (symbols[i] >= alphabet) throw reader.Fault($"a symbol is {symbols[i]}; there are {alphabet} only.");
        }

        return symbols;
    }
}
