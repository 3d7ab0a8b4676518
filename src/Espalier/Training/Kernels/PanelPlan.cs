using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Espalier.Training.Kernels;

/// <summary>
/// How panels of a matrix are packed whose element (r, c) is image[rows[r] + columns[c]]: what a convolution multiplies by, without that
/// matrix ever being laid out. Columns that lie side by side in the image are moved as vectors.
/// </summary>
internal sealed class PanelPlan
{
    /// <summary>Elements that must exist behind the last one that belongs to an image: whole vectors are read.</summary>
    public const int Slack = 16;

    private readonly Piece[][] _packed, _exact;
    private readonly int _columns, _width, _largestOffset;

    /// <summary>Plans panels.</summary>
    /// <param name="columns">The offset of each column.</param>
    /// <param name="width">The columns of a panel, a multiple of 8.</param>
    public PanelPlan(int[] columns, int width)
    {
        (_columns, _width, _largestOffset) = (columns.Length, width, columns.Max());
        int panels = (columns.Length + width - 1) / width;
        _packed = new Piece[panels][];
        _exact = new Piece[panels][];
        for (int i = 0; i < panels; i++)
        {
            ReadOnlySpan<int> offsets = columns.AsSpan(i * width, ColumnsOf(i));
            (_packed[i], _exact[i]) = (Cut(offsets, mayOverlap: true), Cut(offsets, mayOverlap: false));
        }
    }

    /// <summary>The number of panels.</summary>
    public int Panels => _packed.Length;

    /// <summary>The columns of panel <paramref name="index"/> that exist.</summary>
    public int ColumnsOf(int index) => Math.Min(_width, _columns - index * _width);

    /// <summary>Packs a panel: a row of the panel's width for each of <paramref name="rows"/>, +0 in columns that do not exist.</summary>
    /// <param name="index">Which panel.</param>
    /// <param name="rows">The offset of each row, not negative.</param>
    /// <param name="largestRow">No offset is larger.</param>
    /// <param name="image">The image, with <see cref="Slack"/> elements behind it.</param>
    /// <param name="panel">Receives rows x width floats.</param>
    public void Pack(int index, ReadOnlySpan<int> rows, int largestRow, ReadOnlySpan<float> image, Span<float> panel)
    {
        panel = panel[..(rows.Length * _width)];
        if (ColumnsOf(index) < _width) panel.Clear();
        ref float source = ref MemoryMarshal.GetReference(image[..(largestRow + _largestOffset + Slack)]);
        ref float target = ref MemoryMarshal.GetReference(panel);
        ref int row = ref MemoryMarshal.GetReference(rows);
        foreach (Piece piece in _packed[index])
        {
            ref float from = ref Unsafe.Add(ref source, piece.Offset);
            ref float to = ref Unsafe.Add(ref target, piece.Column);
            switch (piece.Length)
            {
                case 16:
                    for (int i = 0; i < rows.Length; i++, to = ref Unsafe.Add(ref to, _width))
                    {
                        Vector512.LoadUnsafe(ref Unsafe.Add(ref from, Unsafe.Add(ref row, i))).StoreUnsafe(ref to);
                    }

                    break;
                case 8:
                    for (int i = 0; i < rows.Length; i++, to = ref Unsafe.Add(ref to, _width))
                    {
                        Vector256.LoadUnsafe(ref Unsafe.Add(ref from, Unsafe.Add(ref row, i))).StoreUnsafe(ref to);
                    }

                    break;
                case 4:
                    for (int i = 0; i < rows.Length; i++, to = ref Unsafe.Add(ref to, _width))
                    {
                        Vector128.LoadUnsafe(ref Unsafe.Add(ref from, Unsafe.Add(ref row, i))).StoreUnsafe(ref to);
                    }

                    break;
                default:
                    for (int i = 0; i < rows.Length; i++, to = ref Unsafe.Add(ref to, _width))
                    {
                        to = Unsafe.Add(ref from, Unsafe.Add(ref row, i));
                    }

                    break;
            }
        }
    }

    /// <summary>Adds a row of a panel to the elements of an image that it would be packed from.</summary>
    /// <param name="index">Which panel.</param>
    /// <param name="values">The row.</param>
    /// <param name="row">The offset of the row.</param>
    /// <param name="image">The image.</param>
    public void Add(int index, ReadOnlySpan<float> values, int row, Span<float> image)
    {
        ref float source = ref MemoryMarshal.GetReference(values[..ColumnsOf(index)]);
        ref float target = ref MemoryMarshal.GetReference(image.Slice(row, _largestOffset + 1));
        foreach (Piece piece in _exact[index])
        {
            ref float from = ref Unsafe.Add(ref source, piece.Column);
            ref float to = ref Unsafe.Add(ref target, piece.Offset);
            switch (piece.Length)
            {
                case 16:
                    (Vector512.LoadUnsafe(ref to) + Vector512.LoadUnsafe(ref from)).StoreUnsafe(ref to);
                    break;
                case 8:
                    (Vector256.LoadUnsafe(ref to) + Vector256.LoadUnsafe(ref from)).StoreUnsafe(ref to);
                    break;
                case 4:
                    (Vector128.LoadUnsafe(ref to) + Vector128.LoadUnsafe(ref from)).StoreUnsafe(ref to);
                    break;
                default:
                    to += from;
                    break;
            }
        }
    }

    // A piece that may overlap takes a whole vector for what is longer than half of one: the next piece, or nothing that is used, stands
    // where it writes too much.
    private static Piece[] Cut(ReadOnlySpan<int> offsets, bool mayOverlap)
    {
        var pieces = new List<Piece>();
        for (int column = 0; column < offsets.Length;)
        {
            int run = 1;
            while (column + run < offsets.Length && offsets[column + run] == offsets[column] + run) run++;
            for (int end = column + run; column < end;)
            {
                int length = Vector512.IsHardwareAccelerated ? 16 : 8;
                while (length > 1 && !Fits(length, end - column, offsets.Length - column)) length = length == 4 ? 1 : length / 2;
                pieces.Add(new Piece(column, offsets[column], length));
                column += Math.Min(length, end - column);
            }
        }

        return [.. pieces];

        bool Fits(int length, int run, int room) => mayOverlap ? length < 2 * run && length <= room : length <= run;
    }

    private readonly record struct Piece(int Column, int Offset, int Length);
}
