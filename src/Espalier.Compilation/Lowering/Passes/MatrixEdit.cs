using System;
using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>The ways in which passes cut a sparse matrix down.</summary>
internal static class MatrixEdit
{
    /// <summary>The matrix with only the entries that <paramref name="keep"/>(row, column, weight) accepts; the shape stays.</summary>
    public static SparseMatrix KeepEntries(SparseMatrix matrix, Func<int, int, float, bool> keep)
    {
        var starts = new int[matrix.Rows + 1];
        var indices = new List<int>(matrix.Count);
        var values = new List<float>(matrix.Count);
        for (int row = 0; row < matrix.Rows; row++)
        {
            for (int i = matrix.RowStart(row); i < matrix.RowStart(row + 1); i++)
            {
                int column = matrix.ColumnIndex(i);
                float weight = matrix.Value(i);
                if (!keep(row, column, weight)) continue;
                indices.Add(column);
                values.Add(weight);
            }

            starts[row + 1] = values.Count;
        }

        return values.Count == matrix.Count
            ? matrix
            : new SparseMatrix(matrix.Rows, matrix.Columns, starts, [.. indices], [.. values], matrix.Codebook);
    }

    /// <summary>The matrix without the rows that are not to be kept.</summary>
    public static SparseMatrix KeepRows(SparseMatrix matrix, bool[] keep)
    {
        var starts = new List<int> { 0 };
        var indices = new List<int>(matrix.Count);
        var values = new List<float>(matrix.Count);
        for (int row = 0; row < matrix.Rows; row++)
        {
            if (!keep[row]) continue;
            for (int i = matrix.RowStart(row); i < matrix.RowStart(row + 1); i++)
            {
                indices.Add(matrix.ColumnIndex(i));
                values.Add(matrix.Value(i));
            }

            starts.Add(values.Count);
        }

        return new SparseMatrix(starts.Count - 1, matrix.Columns, [.. starts], [.. indices], [.. values], matrix.Codebook);
    }

    /// <summary>The matrix without the columns that are not to be kept, which must be empty; those behind move up.</summary>
    public static SparseMatrix KeepColumns(SparseMatrix matrix, bool[] keep)
    {
        var renumbered = new int[matrix.Columns];
        int columns = 0;
        for (int column = 0; column < renumbered.Length; column++) renumbered[column] = keep[column] ? columns++ : -1;
        int[] indices = Array.ConvertAll(matrix.RawColumnIndices, column => renumbered[column]);
        var starts = (int[])matrix.RawRowStarts.Clone();
        var values = (float[])matrix.RawValues.Clone();
        return new SparseMatrix(matrix.Rows, columns, starts, indices, values, matrix.Codebook);
    }

    /// <summary>A matrix of no entries.</summary>
    public static SparseMatrix Empty(int rows, int columns) => new(rows, columns, new int[rows + 1], [], []);

    /// <summary>For each column, whether an entry stands in it.</summary>
    public static bool[] ReadColumns(SparseMatrix matrix)
    {
        var read = new bool[matrix.Columns];
        foreach (int column in matrix.RawColumnIndices) read[column] = true;
        return read;
    }
}
