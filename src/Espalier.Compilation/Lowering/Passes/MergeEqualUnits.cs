using System;
using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Keeps one of several hidden units that compute the same: of units with equal weights and an equal bias, to the bit, the first one
/// survives, and what the others feed is added to its outgoing weights. Together with <see cref="DropDeadUnits"/>, until nothing changes.
/// </summary>
/// <remarks>
/// <para>
/// Before: no stored weight is zero. After: no two units of a hidden layer with an elementwise activation have the same weights and bias,
/// unless the sum of two of their outgoing weights would overflow; what <see cref="DropDeadUnits"/> promises holds. A sum that is zero
/// is no weight. A layer keeps its codebook while all its weights are in it. The units of a hidden softmax all stay, because each
/// is a share of their common sum.
/// </para>
/// <para>
/// Example: in a 2-3-1 network the hidden units <c>a</c> and <c>c</c> both have the weights 1 and 2 and the bias 3, and the output reads
/// them
/// with 0.5 and 0.25: <c>c</c> goes, and the output reads <c>a</c> with 0.75. Read with 0.5 and -0.5, both go.
/// </para>
/// </remarks>
internal static class MergeEqualUnits
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "merge equal units";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        int merged = 0;
        while (true)
        {
            var layers = new Layer[lowered.LayerCount];
            for (int i = 0; i < layers.Length; i++) layers[i] = lowered.Dense(i);
            int before = merged;

            // Forwards, because units of the next layer may become equal by this.
            for (int i = 0; i + 1 < layers.Length; i++) merged += Merge(ref layers[i], ref layers[i + 1]);
            if (merged == before) break;
            lowered = DropDeadUnits.Apply(lowered.WithLayers(layers));
        }

        if (merged == 0) return lowered;
        lowered = lowered with { MergedUnits = lowered.MergedUnits + merged };
        return lowered.WithNote(Name, $"hidden units merged into an equal one: {merged}");
    }

    /// <summary>Merges the equal units of a layer, and gives back how many went.</summary>
    private static int Merge(ref Layer layer, ref Layer next)
    {
        var units = (DenseLayer)layer;
        var readers = (DenseLayer)next;
        if (!units.Activation.IsElementwise) return 0;
        int[] survivors = FindEqual(units);
        if (IsIdentity(survivors)) return 0;
        SparseMatrix added = AddColumns(readers.Weights, survivors);
        var keep = new bool[survivors.Length];
        var biases = new List<float>();
        for (int unit = 0; unit < keep.Length; unit++)
        {
            keep[unit] = survivors[unit] == unit;
            if (keep[unit]) biases.Add(units.Biases[unit]);
        }

        if (IsIdentity(survivors)) return 0;
        layer = units with { Weights = MatrixEdit.KeepRows(units.Weights, keep), Biases = FloatVector.Own([.. biases]) };
        next = readers with { Weights = MatrixEdit.KeepColumns(added, keep) };
        return keep.Length - biases.Count;
    }

    private static bool IsIdentity(int[] survivors)
    {
        for (int unit = 0; unit < survivors.Length; unit++)
        {
            if (survivors[unit] != unit) return false;
        }

        return true;
    }

    /// <summary>For each unit, the first one that computes the same.</summary>
    private static int[] FindEqual(DenseLayer layer)
    {
        SparseMatrix weights = layer.Weights;
        var first = new Dictionary<ContentHash, int>();
        var survivors = new int[weights.Rows];
        for (int unit = 0; unit < survivors.Length; unit++)
        {
            ContentHash hash = ContentHash.Empty.Add(FloatBits.Of(layer.Biases[unit]));
            for (int i = weights.RowStart(unit); i < weights.RowStart(unit + 1); i++)
            {
                hash = hash.Add((ulong)weights.ColumnIndex(i) << 32 | FloatBits.Of(weights.Value(i)));
            }

            if (!first.TryGetValue(hash, out survivors[unit])) first.Add(hash, survivors[unit] = unit);
        }

        return survivors;
    }

    /// <summary>
    /// The matrix with each column added to that of its survivor. A column whose addition would overflow becomes its own survivor.
    /// </summary>
    private static SparseMatrix AddColumns(SparseMatrix matrix, int[] survivors)
    {
        while (true)
        {
            var starts = new int[matrix.Rows + 1];
            var indices = new List<int>(matrix.Count);
            var values = new List<float>(matrix.Count);
            int overflow = -1;
            for (int row = 0; row < matrix.Rows && overflow < 0; row++)
            {
                overflow = AddRow(matrix, row, survivors, indices, values);
                starts[row + 1] = values.Count;
            }

            if (overflow < 0)
            {
                FloatVector? codebook = CodebookOf(matrix, values);
                return new SparseMatrix(matrix.Rows, matrix.Columns, starts, [.. indices], [.. values], codebook);
            }

            survivors[overflow] = overflow;
        }
    }

    /// <summary>Appends a row with its entries added up by survivor, zeros left out; the column whose addition overflowed, or -1.</summary>
    private static int AddRow(SparseMatrix matrix, int row, int[] survivors, List<int> indices, List<float> values)
    {
        var sums = new SortedDictionary<int, float>();
        for (int i = matrix.RowStart(row); i < matrix.RowStart(row + 1); i++)
        {
            int column = matrix.ColumnIndex(i), survivor = survivors[column];
            float sum = sums.TryGetValue(survivor, out float before) ? before + matrix.Value(i) : matrix.Value(i);
            if (!FloatBits.IsFinite(sum)) return column;
            sums[survivor] = sum;
        }

        foreach (KeyValuePair<int, float> entry in sums)
        {
            if (entry.Value == 0) continue;
            indices.Add(entry.Key);
            values.Add(entry.Value);
        }

        return -1;
    }

    private static FloatVector? CodebookOf(SparseMatrix matrix, List<float> values)
    {
        if (matrix.Codebook is null) return null;
        HashSet<uint> shared = [.. Array.ConvertAll(matrix.Codebook.Raw, FloatBits.Of)];
        return values.TrueForAll(value => shared.Contains(FloatBits.Of(value))) ? matrix.Codebook : null;
    }
}
