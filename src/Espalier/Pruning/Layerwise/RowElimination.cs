using System.Numerics.Tensors;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// One unit's weights and the inverse of their Hessian while weights are deleted one after the other, each time with the best move of all
/// that are left (Frantar, Singh and Alistarh 2022, algorithm 1). Made once a thread, started anew for each unit.
/// </summary>
/// <remarks>
/// A deletion takes a rank-one term from the inverse, which done at once reads and writes megabytes for a single multiplication each.
/// Here the terms wait until there are 32, and whoever needs a column meanwhile subtracts them from it; then one product of matrices
/// applies them all to the upper triangle of what is left, with the deleted rows and columns taken out. The traces of all 266,200 weights
/// of LeNet-300-100 take 2 s of processor time so (measured).
/// </remarks>
internal sealed class RowElimination
{
    /// <summary>The most deletions between two calls of <see cref="Compact"/>.</summary>
    public const int Capacity = 32;

    private readonly double[] _matrix, _weights, _column, _pending, _panels;
    private readonly double[][] _bands;
    private readonly int[] _inputs, _kept;
    private readonly bool[] _isGone;
    private int _stride, _terms, _deleted;

    /// <summary>Allocates.</summary>
    /// <param name="size">The number of weights, with the bias as the last.</param>
    /// <param name="bandwidth">1 if diagonal elements of the inverse are asked for, more for elements beside the diagonal.</param>
    public RowElimination(int size, int bandwidth)
    {
        int padded = DoubleTile.Padded(size);
        _matrix = new double[padded * padded];
        (_weights, _column, _inputs, _kept) = (new double[size], new double[size], new int[size], new int[size]);
        _isGone = new bool[size];
        _pending = new double[Capacity * size];
        _panels = new double[Capacity * padded];
        _bands = [.. Enumerable.Range(0, bandwidth).Select(_ => new double[size])];
    }

    /// <summary>
    /// The number of positions: of the weights not yet deleted at the last <see cref="Compact"/>, with the bias as the last.
    /// </summary>
    public int Count { get; private set; }

    /// <summary>The deletions that may follow before <see cref="Compact"/> has to be called.</summary>
    public int Room => Capacity - _deleted;

    /// <summary>The number of the input at each position, upwards; of the bias it is the number of inputs.</summary>
    public ReadOnlySpan<int> Inputs => _inputs.AsSpan(0, Count);

    /// <summary>The weight at each position, as moved so far.</summary>
    public ReadOnlySpan<double> Weights => _weights.AsSpan(0, Count);

    /// <summary>The diagonal of the inverse, or the elements so far to the right of it.</summary>
    public ReadOnlySpan<double> Band(int offset) => _bands[offset].AsSpan(0, Count);

    /// <summary>Whether the weight at a position was deleted since the last <see cref="Compact"/>.</summary>
    public bool IsGone(int position) => _isGone[position];

    /// <summary>Begins with all weights of a unit.</summary>
    /// <param name="inverse">The inverse Hessian, size x size.</param>
    /// <param name="weights">The unit's weights and its bias.</param>
    public void Start(ReadOnlySpan<double> inverse, ReadOnlySpan<double> weights)
    {
        Count = weights.Length;
        _stride = DoubleTile.Padded(Count);
        (_terms, _deleted) = (0, 0);
        weights.CopyTo(_weights);
        _isGone.AsSpan().Clear();
        for (int i = 0; i < Count; i++)
        {
            _inputs[i] = i;
            inverse.Slice(i * Count, Count)[i..].CopyTo(_matrix.AsSpan(i * _stride + i));
        }

        ReadBands();
    }

    /// <summary>Deletes the weight at <paramref name="position"/> and moves the others to make up for it.</summary>
    /// <returns>The rise of the error, w^2 / (2 [H^-1]_pp).</returns>
    public double Delete(int position)
    {
        double pivot = _bands[0][position], weight = _weights[position];
        Span<double> column = _column.AsSpan(0, Count);
        ReadColumn(position, column);
        TensorPrimitives.MultiplyAdd(column, -weight / pivot, _weights.AsSpan(0, Count), _weights.AsSpan(0, Count));
        Span<double> term = _pending.AsSpan(_terms++ * Count, Count);
        TensorPrimitives.Multiply(column, 1 / Math.Sqrt(pivot), term);
        for (int offset = 0; offset < _bands.Length; offset++)
        {
            Span<double> band = _bands[offset].AsSpan(0, Count - offset);
            for (int i = 0; i < band.Length; i++) band[i] -= term[i] * term[i + offset];
        }

        MarkDeleted(position);
        return weight * weight / pivot / 2;
    }

    /// <summary>Deletes a weight that meets no other one in the Hessian: there is nothing to move.</summary>
    public void DeleteAlone(int position) => MarkDeleted(position);

    /// <summary>Takes deleted weights out; positions change.</summary>
    public void Compact()
    {
        int count = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!_isGone[i]) _kept[count++] = i;
        }

        PackTerms(count);
        int stride = DoubleTile.Padded(count);
        for (int i = 0; i < count; i++) MoveRow(i, count, stride);
        for (int i = 0; i < count; i++) (_inputs[i], _weights[i], _isGone[i]) = (_inputs[_kept[i]], _weights[_kept[i]], false);
        (Count, _stride) = (count, stride);
        for (int i = 0; i < count && _terms > 0; i += DoubleTile.Rows)
        {
            int panel = i / DoubleTile.PanelWidth, panelSize = _terms * DoubleTile.PanelWidth;
            ref double rows = ref _panels[panel * panelSize + i % DoubleTile.PanelWidth];
            for (int other = panel; other * DoubleTile.PanelWidth < count; other++)
            {
                DoubleTile.Accumulate(
                    in rows, in _panels[other * panelSize], _terms, ref _matrix[i * stride + other * DoubleTile.PanelWidth], stride,
                    subtract: true);
            }
        }

        (_terms, _deleted) = (0, 0);
        ReadBands();
    }

    private void MarkDeleted(int position)
    {
        _isGone[position] = true;
        _deleted++;
    }

    // A column of the inverse as it stands, from the upper triangle and the terms that wait.
    private void ReadColumn(int position, Span<double> column)
    {
        for (int i = 0; i < position; i++) column[i] = _matrix[i * _stride + position];
        _matrix.AsSpan(position * _stride + position, Count - position).CopyTo(column[position..]);
        for (int k = 0; k < _terms; k++)
        {
            ReadOnlySpan<double> term = _pending.AsSpan(k * Count, Count);
            TensorPrimitives.MultiplyAdd(term, -term[position], column, column);
        }
    }

    private void ReadBands()
    {
        for (int offset = 0; offset < _bands.Length; offset++)
        {
            for (int i = 0; i + offset < Count; i++) _bands[offset][i] = _matrix[i * _stride + i + offset];
        }
    }

    private void PackTerms(int count)
    {
        _panels.AsSpan(0, _terms * DoubleTile.Padded(count)).Clear();
        for (int j = 0; j < count; j++)
        {
            int start = j / DoubleTile.PanelWidth * _terms * DoubleTile.PanelWidth + j % DoubleTile.PanelWidth;
            for (int k = 0; k < _terms; k++) _panels[start + k * DoubleTile.PanelWidth] = _pending[k * Count + _kept[j]];
        }
    }

    // Row and columns move to the left and up, so that copying forwards overwrites only what has moved already.
    private void MoveRow(int row, int count, int stride)
    {
        ReadOnlySpan<double> source = _matrix.AsSpan(_kept[row] * _stride, Count);
        Span<double> target = _matrix.AsSpan(row * stride, stride);
        for (int start = row; start < count;)
        {
            int end = start + 1;
            while (end < count && _kept[end] - _kept[start] == end - start) end++;
            source[_kept[start]..(_kept[end - 1] + 1)].CopyTo(target[start..]);
            start = end;
        }
    }
}
