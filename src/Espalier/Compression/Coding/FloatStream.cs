using System.Numerics;
using Espalier.Compilation.Format;
using Espalier.Compilation.Model;

namespace Espalier.Compression.Coding;

/// <summary>
/// Writes floats bit for bit: as they are, or, where that is shorter, as a table of the distinct ones and a code for each. Low bits that
/// are zero in all of them are left out.
/// </summary>
internal static class FloatStream
{
    /// <summary>The most distinct floats of a table: the shared weights of a layer, and the zero of its fillers.</summary>
    public const int MaxTable = ModelLimits.MaxCodes + 1;

    private const int WidthBits = 5;

    /// <summary>Writes <paramref name="values"/> in the shorter of the two ways.</summary>
    /// <param name="writer">Takes the bits.</param>
    /// <param name="values">Finite floats.</param>
    /// <param name="table">Distinct floats with all of <paramref name="values"/> among them, which must be used; or null.</param>
    public static FloatStreamSize Write(BitWriter writer, ReadOnlySpan<float> values, IReadOnlyCollection<float>? table = null)
    {
        SortedSet<uint> distinct = [.. (table ?? values.ToArray()).Select(FloatBits.Of)];
        long plain = WidthBits + (long)Width(values) * values.Length;
        if (distinct.Count <= MaxTable)
        {
            var bits = new BitWriter();
            FloatStreamSize coded = WriteCoded(bits, values, distinct);
            if (table is not null || coded.Total < 1 + plain)
            {
                writer.Write(true);
                writer.Append(bits);
                return coded;
            }
        }

        writer.Write(false);
        WritePacked(writer, values);
        return new FloatStreamSize(1, 0, 0, 0, plain);
    }

    /// <summary>Reads <paramref name="count"/> floats.</summary>
    /// <returns>The floats, and the table when there was one.</returns>
    /// <exception cref="EspalierException">The bits spell no finite floats.</exception>
    public static (float[] Values, float[]? Table) Read(BitReader reader, int count)
    {
        if (!reader.ReadBit()) return (ReadPacked(reader, count), null);
        float[] table = ReadPacked(reader, reader.ReadCount("the number of shared values", 0, MaxTable));
        if (table.Select(FloatBits.Of).Distinct().Count() < table.Length)
        {
            throw reader.Fault("a shared value stands there twice.");
        }

        if (count > 0 && table.Length == 0) throw reader.Fault("there is no shared value.");
        int[] symbols = SymbolStream.Read(reader, count, table.Length);
        return (Array.ConvertAll(symbols, symbol => table[symbol]), table);
    }

    private static FloatStreamSize WriteCoded(BitWriter writer, ReadOnlySpan<float> values, SortedSet<uint> distinct)
    {
        float[] table = [.. distinct.Select(FloatBits.ToFloat)];
        writer.WriteNumber(table.Length);
        WritePacked(writer, table);
        long codebook = writer.Length;
        var index = new Dictionary<uint, int>();
        foreach (uint bits in distinct) index.Add(bits, index.Count);
        var symbols = new int[values.Length];
        for (int i = 0; i < symbols.Length; i++) symbols[i] = index[FloatBits.Of(values[i])];
        (long tableBits, long stream) = SymbolStream.Write(writer, symbols, table.Length);
        return new FloatStreamSize(1, table.Length, codebook, tableBits, stream);
    }

    /// <summary>The bits of a float without the low ones that are zero in all of <paramref name="values"/>; one at least.</summary>
    private static int Width(ReadOnlySpan<float> values)
    {
        uint used = 0;
        foreach (float value in values) used |= FloatBits.Of(value);
        return 32 - Math.Min(31, BitOperations.TrailingZeroCount(used));
    }

    private static void WritePacked(BitWriter writer, ReadOnlySpan<float> values)
    {
        int width = Width(values);
        writer.Write((ulong)(width - 1), WidthBits);
        foreach (float value in values) writer.Write(FloatBits.Of(value) >> (32 - width), width);
    }

    private static float[] ReadPacked(BitReader reader, int count)
    {
        int width = (int)reader.Read(WidthBits) + 1;
        if ((long)count * width > reader.Remaining) throw reader.Fault($"{count} numbers do not fit into the rest of the file.");
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = FloatBits.ToFloat((uint)reader.Read(width) << (32 - width));
            if (!float.IsFinite(values[i])) throw reader.Fault("a number is infinite or not a number.");
        }

        return values;
    }
}
