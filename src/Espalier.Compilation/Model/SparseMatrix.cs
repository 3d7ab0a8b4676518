using System;
using System.Collections.Generic;

namespace Espalier.Compilation.Model;

/// <summary>
/// The weights of a layer, rows = outputs and columns = inputs, in compressed sparse row form: row <c>r</c> holds the entries
/// <c>RowStart(r) .. RowStart(r + 1)</c>, their column indices strictly increasing. Immutable; compares by content in constant time.
/// </summary>
/// <remarks>Entries are usually non-zero, but a stored zero is legal (a pass drops it; the text format never writes it).</remarks>
public sealed class SparseMatrix : IEquatable<SparseMatrix>
{
    private readonly int[] _rowStarts;
    private readonly int[] _columnIndices;
    private readonly float[] _values;

    /// <summary>Makes a matrix around the arrays, which the caller gives away.</summary>
    /// <param name="rows">The number of outputs.</param>
    /// <param name="columns">The number of inputs.</param>
    /// <param name="rowStarts">rows + 1 positions, from 0 to the number of entries, never falling.</param>
    /// <param name="columnIndices">One column for each entry, strictly increasing within a row.</param>
    /// <param name="values">One finite weight for each entry.</param>
    /// <param name="codebook">The shared weights, when every value is one of them; else null.</param>
    /// <exception cref="ArgumentException">The arrays break one of the rules above.</exception>
    public SparseMatrix(int rows, int columns, int[] rowStarts, int[] columnIndices, float[] values, FloatVector? codebook = null)
    {
        Check(rows, columns, rowStarts, columnIndices, values, codebook);
        (Rows, Columns, Codebook) = (rows, columns, codebook);
        (_rowStarts, _columnIndices, _values) = (rowStarts, columnIndices, values);
        Hash = ContentHash.Empty.Add((ulong)rows).Add((ulong)columns).Add(rowStarts).Add(columnIndices).Add(values)
            .Add(codebook is null ? 0 : codebook.Hash.Low);
    }

    /// <summary>The number of outputs.</summary>
    public int Rows { get; }

    /// <summary>The number of inputs.</summary>
    public int Columns { get; }

    /// <summary>The number of stored entries.</summary>
    public int Count => _values.Length;

    /// <summary>The share of the elements that are stored, 0 to 1.</summary>
    public double Density => Count / ((double)Rows * Columns);

    /// <summary>The distinct weights that all entries share, or null when each entry has a value of its own.</summary>
    public FloatVector? Codebook { get; }

    /// <summary>The hash of shape, pattern and values.</summary>
    public ContentHash Hash { get; }

    internal int[] RawRowStarts => _rowStarts;

    internal int[] RawColumnIndices => _columnIndices;

    internal float[] RawValues => _values;

    /// <summary>The position of the first entry of row <paramref name="row"/>; for <c>Rows</c>, the number of entries.</summary>
    public int RowStart(int row) => _rowStarts[row];

    /// <summary>The number of entries of row <paramref name="row"/>.</summary>
    public int RowCount(int row) => _rowStarts[row + 1] - _rowStarts[row];

    /// <summary>The column of the entry at <paramref name="position"/>.</summary>
    public int ColumnIndex(int position) => _columnIndices[position];

    /// <summary>The weight of the entry at <paramref name="position"/>.</summary>
    public float Value(int position) => _values[position];

    /// <summary>Makes a matrix of the non-zero elements of <paramref name="dense"/>, rows x columns in row-major order.</summary>
    /// <exception cref="ArgumentException">The length is not rows x columns, or an element is not finite.</exception>
    public static SparseMatrix FromDense(int rows, int columns, float[] dense)
    {
        if (dense is null) throw new ArgumentNullException(nameof(dense));
        if (dense.Length != (long)rows * columns)
        {
            throw new ArgumentException($"{dense.Length} weights given for a {rows} x {columns} matrix.", nameof(dense));
        }

        var starts = new int[rows + 1];
        var indices = new List<int>();
        var values = new List<float>();
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                float weight = dense[row * columns + column];
                if (weight == 0) continue;
                indices.Add(column);
                values.Add(weight);
            }

            starts[row + 1] = values.Count;
        }

        return new SparseMatrix(rows, columns, starts, [.. indices], [.. values]);
    }

    /// <summary>The matrix as rows x columns floats in row-major order.</summary>
    public float[] ToDense()
    {
        var dense = new float[checked(Rows * Columns)];
        for (int row = 0; row < Rows; row++)
        {
            for (int i = _rowStarts[row]; i < _rowStarts[row + 1]; i++) dense[row * Columns + _columnIndices[i]] = _values[i];
        }

        return dense;
    }

    /// <inheritdoc/>
    public bool Equals(SparseMatrix? other) =>
        other is not null && Rows == other.Rows && Columns == other.Columns && Count == other.Count && Hash == other.Hash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SparseMatrix);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode();

    private static void Check(int rows, int columns, int[] starts, int[] indices, float[] values, FloatVector? codebook)
    {
        if (rows < 1 || columns < 1) throw new ArgumentException($"A weight matrix of {rows} x {columns} has no element.");
        if (starts.Length != rows + 1 || starts[0] != 0 || starts[rows] != values.Length || indices.Length != values.Length)
        {
            throw new ArgumentException($"The row starts do not span the {values.Length} weights of {rows} rows.");
        }

        HashSet<uint>? shared = codebook is null ? null : [.. Array.ConvertAll(codebook.Raw, FloatBits.Of)];
        for (int row = 0; row < rows; row++)
        {
            if (starts[row + 1] < starts[row]) throw new ArgumentException($"Row {row} ends before it starts.");
            int previous = -1;
            for (int i = starts[row]; i < starts[row + 1]; i++)
            {
                if (indices[i] <= previous || indices[i] >= columns)
                {
                    throw new ArgumentException($"Row {row}: column {indices[i]} is out of order or not below {columns}.");
                }

                if (!FloatBits.IsFinite(values[i]))
                {
                    throw new ArgumentException($"Row {row}, column {indices[i]}: the weight is not finite.");
                }

                if (shared is not null && values[i] != 0 && !shared.Contains(FloatBits.Of(values[i])))
                {
                    throw new ArgumentException($"Row {row}, column {indices[i]}: the weight is not in the codebook.");
                }

                previous = indices[i];
            }
        }
    }
}
