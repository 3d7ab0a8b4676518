using System;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>
/// Orders of the rows and columns of a matrix: the index that stands at each position, or -1 at a position that is empty.
/// </summary>
internal static class MatrixOrder
{
    /// <summary>0, 1, 2, ...</summary>
    public static int[] Identity(int length)
    {
        var order = new int[length];
        for (int i = 0; i < length; i++) order[i] = i;
        return order;
    }

    /// <summary>The order with empty positions behind it, to a multiple of <paramref name="lanes"/>.</summary>
    public static int[] Pad(int[] order, int lanes)
    {
        var padded = new int[Simd.RoundUp(order.Length, lanes)];
        for (int i = 0; i < padded.Length; i++) padded[i] = i < order.Length ? order[i] : -1;
        return padded;
    }

    /// <summary>The matrix with its rows and columns in the given orders; an empty position is an empty column.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="rowOrder">Each row once.</param>
    /// <param name="columnOrder">Each column that holds a weight once.</param>
    public static SparseMatrix Apply(SparseMatrix matrix, int[] rowOrder, int[] columnOrder)
    {
        var positions = new int[matrix.Columns];
        for (int p = 0; p < columnOrder.Length; p++)
        {
            if (columnOrder[p] >= 0) positions[columnOrder[p]] = p;
        }

        var starts = new int[matrix.Rows + 1];
        var indices = new int[matrix.Count];
        var values = new float[matrix.Count];
        for (int r = 0; r < rowOrder.Length; r++)
        {
            int from = matrix.RowStart(rowOrder[r]), count = matrix.RowCount(rowOrder[r]);
            for (int i = 0; i < count; i++)
            {
                indices[starts[r] + i] = positions[matrix.ColumnIndex(from + i)];
                values[starts[r] + i] = matrix.Value(from + i);
            }

            Array.Sort(indices, values, starts[r], count);
            starts[r + 1] = starts[r] + count;
        }

        return new SparseMatrix(matrix.Rows, columnOrder.Length, starts, indices, values, matrix.Codebook);
    }
}
