using Espalier.Compilation.Format;
using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import;

/// <summary>Collects the rows of a weight matrix: terms in any order, the same column any number of times.</summary>
/// <param name="columns">The number of columns.</param>
internal sealed class SparseRows(int columns)
{
    private readonly List<int> _starts = [0];
    private readonly List<int> _columns = [];
    private readonly List<float> _values = [];
    private readonly List<(int Column, double Weight)> _row = [];
    private bool _isSorted = true;

    /// <summary>Adds a term to the row that is open. A column of -1 is a zero of padding: nothing is added.</summary>
    public void Add(int column, double weight)
    {
        if (column < 0 || weight == 0) return;
        if (_row.Count > 0 && _row[^1].Column >= column) _isSorted = false;
        _row.Add((column, weight));
    }

    /// <summary>Ends the row; the next terms belong to the one after it.</summary>
    /// <exception cref="EspalierException">The matrix has more weights than a model may have.</exception>
    public void EndRow()
    {
        if (!_isSorted) _row.Sort((a, b) => a.Column.CompareTo(b.Column));
        for (int i = 0; i < _row.Count;)
        {
            (int column, double sum) = _row[i++];
            while (i < _row.Count && _row[i].Column == column) sum += _row[i++].Weight;
            float weight = (float)sum;
            if (weight == 0) continue;
            if (!float.IsFinite(weight)) throw new EspalierException("has a weight that is not a finite float.");
            _columns.Add(column);
            _values.Add(weight);
        }

        if (_values.Count > ModelLimits.MaxWeights)
        {
            throw new EspalierException(
                $"needs more than {ModelLimits.MaxWeights:N0} weights as a fully connected layer; that is no small network.");
        }

        _starts.Add(_values.Count);
        _row.Clear();
        _isSorted = true;
    }

    /// <summary>The matrix of all rows ended.</summary>
    public SparseMatrix ToMatrix() => new(_starts.Count - 1, columns, [.. _starts], [.. _columns], [.. _values]);
}
