using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Compression.Coding;

namespace Espalier.Compression.Container;

/// <summary>Writes a layer's weights: their positions as gaps, row after row, and then their values.</summary>
internal static class MatrixCoder
{
    private const int MostFillers = 4;

    private static readonly GapCoder s_inputMap = new(false, 0);

    /// <summary>Writes <paramref name="matrix"/> without its stored zeros in the shortest of the ways that the options allow.</summary>
    public static LayerSize Write(BitWriter writer, SparseMatrix matrix, CompressionOptions options)
    {
        (BitWriter Bits, LayerSize Size)? best = null;
        bool[] maps = options.GapCoding == GapCoding.Relative ? [false] : [false, true];
        foreach (bool mapsInputs in maps)
        {
            foreach (GapCoder coder in GapCoder.Candidates(options))
            {
                var bits = new BitWriter();
                if (Write(bits, matrix, coder, mapsInputs, mayGiveUp: best is not null) is not LayerSize size) continue;
                if (best is null || bits.Length < best.Value.Bits.Length) best = (bits, size);
            }
        }

        writer.Append(best!.Value.Bits);
        return best.Value.Size;
    }

    /// <summary>Reads a matrix of <paramref name="rows"/> x <paramref name="columns"/>.</summary>
    /// <param name="reader">Gives the bits.</param>
    /// <param name="rows">The number of outputs.</param>
    /// <param name="columns">The number of inputs.</param>
    /// <param name="maxWeights">The most weights it may have.</param>
    /// <exception cref="EspalierException">The bits spell no such matrix.</exception>
    public static SparseMatrix Read(BitReader reader, int rows, int columns, int maxWeights)
    {
        bool isShared = reader.ReadBit();
        int[]? map = reader.ReadBit() ? ReadMap(reader, columns) : null;
        GapCoder coder = GapCoder.Read(reader);
        int entries = reader.ReadCount("the number of weights", 0, ModelLimits.MaxWeights);
        long[] gaps = coder.ReadGaps(reader, entries);
        (float[] values, float[]? table) = FloatStream.Read(reader, entries);
        if (isShared && table is null) throw reader.Fault("a layer of shared weights has no codebook.");

        int width = map?.Length ?? columns;
        var starts = new int[rows + 1];
        var indices = new List<int>();
        var weights = new List<float>();
        long position = -1;
        for (int i = 0, row = 0; i <= entries; i++)
        {
            long left = (long)rows * width - position - 1;
            if (i < entries && gaps[i] >= left) throw reader.Fault("a weight lies behind the end of its layer.");
            position += 1 + (i == entries ? left : gaps[i]);
            while (row < rows && position >= (row + 1L) * width) starts[++row] = weights.Count;
            if (i == entries || values[i] == 0) continue;
            if (weights.Count == maxWeights) throw reader.Fault($"the network has more than {ModelLimits.MaxWeights} weights.");
            int column = (int)(position - (long)row * width);
            indices.Add(map is null ? column : map[column]);
            weights.Add(values[i]);
        }

        FloatVector? codebook = isShared ? new FloatVector(CodebookOf(table!)) : null;
        return new SparseMatrix(rows, columns, starts, [.. indices], [.. weights], codebook);
    }

    // Null when there would be more fillers than can pay: a bit more for each gap halves them.
    private static LayerSize? Write(BitWriter writer, SparseMatrix matrix, GapCoder coder, bool mapsInputs, bool mayGiveUp)
    {
        long start = writer.Length;
        writer.Write(matrix.Codebook is not null);
        writer.Write(mapsInputs);
        long mapStart = writer.Length;
        int[]? ranks = mapsInputs ? WriteMap(writer, matrix) : null;
        long map = writer.Length - mapStart;
        (long[] gaps, List<float> values) = Entries(matrix, ranks);
        if (mayGiveUp && coder.CountFillers(gaps) > MostFillers * (long)matrix.Count) return null;
        (List<long> filled, List<bool> isFiller) = coder.Fill(gaps);
        var weights = new float[filled.Count];
        for (int i = 0, next = 0; i < weights.Length; i++) weights[i] = isFiller[i] ? 0 : values[next++];

        coder.Write(writer);
        writer.WriteNumber(filled.Count);
        long head = writer.Length - start - map;
        (long gapTable, long gapStream) = coder.WriteGaps(writer, filled);
        int fillers = weights.Length - values.Count;
        float[]? codebook = matrix.Codebook is null ? null : [.. CodebookOf(matrix.Codebook.Raw), .. fillers > 0 ? (float[])[0] : []];
        FloatStreamSize size = FloatStream.Write(writer, weights, codebook);
        return new LayerSize(
            "", matrix.Rows, matrix.Columns, values.Count, fillers, size.Distinct, coder.ToString(),
            size.Distinct == 0 ? 32 : SymbolStream.Width(size.Distinct), size.Stream, coder.IsRelative ? coder.Parameter : 0, gapStream,
            size.Codebook, gapTable + size.Table, map, 0, head + size.Mode);
    }

    /// <summary>
    /// The zeros before each weight, row after row, and the weights. With ranks, inputs that nobody reads are not counted.
    /// </summary>
    private static (long[] Gaps, List<float> Values) Entries(SparseMatrix matrix, int[]? ranks)
    {
        int width = ranks is null ? matrix.Columns : ranks[^1];
        var gaps = new List<long>(matrix.Count);
        var values = new List<float>(matrix.Count);
        long previous = -1;
        for (int row = 0; row < matrix.Rows; row++)
        {
            for (int i = matrix.RowStart(row); i < matrix.RowStart(row + 1); i++)
            {
                if (matrix.Value(i) == 0) continue;
                int column = matrix.ColumnIndex(i);
                long position = (long)row * width + (ranks is null ? column : ranks[column]);
                gaps.Add(position - previous - 1);
                values.Add(matrix.Value(i));
                previous = position;
            }
        }

        return ([.. gaps], values);
    }

    /// <summary>Writes which inputs are read; gives for each how many such come before it, and at the end their number.</summary>
    private static int[] WriteMap(BitWriter writer, SparseMatrix matrix)
    {
        var isRead = new bool[matrix.Columns];
        for (int i = 0; i < matrix.Count; i++) isRead[matrix.ColumnIndex(i)] |= matrix.Value(i) != 0;
        var gaps = new List<long>();
        var ranks = new int[matrix.Columns + 1];
        for (int column = 0, previous = -1; column < isRead.Length; column++)
        {
            ranks[column + 1] = ranks[column];
            if (!isRead[column]) continue;
            ranks[column + 1]++;
            gaps.Add(column - previous - 1);
            previous = column;
        }

        writer.WriteNumber(gaps.Count);
        s_inputMap.WriteGaps(writer, gaps);
        return ranks;
    }

    private static int[] ReadMap(BitReader reader, int columns)
    {
        int count = reader.ReadCount("the number of inputs that are read", 0, columns);
        long[] gaps = s_inputMap.ReadGaps(reader, count);
        var map = new int[count];
        long previous = -1;
        for (int i = 0; i < count; i++)
        {
            if (gaps[i] >= columns - previous - 1) throw reader.Fault("an input lies behind the last one.");
            previous += gaps[i] + 1;
            map[i] = (int)previous;
        }

        return map;
    }

    /// <summary>The shared weights as the model text has them: ascending, each once, no zero.</summary>
    private static float[] CodebookOf(IReadOnlyList<float> table)
    {
        var codes = new SortedSet<float>(table);
        codes.Remove(0);
        return [.. codes];
    }
}
