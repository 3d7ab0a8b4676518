using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>
/// Reads what layers of weights have below their first line: shared weights, if any, and one line for each output or filter.
/// </summary>
internal sealed class WeightRowReader
{
    private readonly LineCursor _cursor;
    private readonly int _columns;
    private readonly int _maxWeights;
    private readonly FloatVector? _codebook;
    private readonly List<int> _rowStarts = [0];
    private readonly List<int> _indices = [];
    private readonly List<float> _values = [];
    private readonly List<float> _biases = [];

    private WeightRowReader(LineCursor cursor, int columns, int maxWeights, FloatVector? codebook) =>
        (_cursor, _columns, _maxWeights, _codebook) = (cursor, columns, maxWeights, codebook);

    /// <summary>Reads the lines of <paramref name="rows"/> rows; null after an error.</summary>
    /// <param name="cursor">The text, at the start of the line below the layer's.</param>
    /// <param name="what">What a row belongs to: "output" or "filter".</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of weights that a row may have.</param>
    /// <param name="maxWeights">How many weights the network may still have.</param>
    public static (SparseMatrix Weights, FloatVector Biases)? Read(LineCursor cursor, string what, int rows, int columns, int maxWeights)
    {
        FloatVector? codebook = null;
        if (cursor.NextIsWord(ModelText.Codebook) && (codebook = ReadCodebook(cursor)) is null) return null;
        var reader = new WeightRowReader(cursor, columns, maxWeights, codebook);
        for (int row = 0; row < rows; row++)
        {
            if (!reader.ReadRow(what, row, rows)) return null;
        }

        var weights = new SparseMatrix(rows, columns, [.. reader._rowStarts], [.. reader._indices], [.. reader._values], codebook);
        return (weights, FloatVector.Own([.. reader._biases]));
    }

    private static FloatVector? ReadCodebook(LineCursor cursor)
    {
        const string What = "a shared weight";
        if (!cursor.Word(ModelText.Codebook, ModelText.Codebook)) return null;
        var values = new List<float>();
        do
        {
            if (!cursor.Space(What) || !ReadWeight(cursor, What, out float value)) return null;
            if (values.Count == ModelLimits.MaxCodes)
            {
                cursor.FailToken($"A layer shares at most {ModelLimits.Show(ModelLimits.MaxCodes)} weights.");
                return null;
            }

            if (values.Count > 0 && value <= values[values.Count - 1])
            {
                cursor.FailToken("The shared weights do not ascend strictly: sort them and keep each once.");
                return null;
            }

            values.Add(value);
        }
        while (!cursor.AtEndOfLine);
        return cursor.EndLine() ? FloatVector.Own([.. values]) : null;
    }

    private static bool ReadWeight(LineCursor cursor, string what, out float weight)
    {
        if (!EntryReader.ReadFinite(cursor, what, out weight)) return false;
        return weight != 0 || cursor.FailToken($"Zero stands for {what}: zero weights are left out.");
    }

    private bool ReadRow(string what, int row, int rows)
    {
        if (_cursor.NextIsWord(ModelText.Layer) || _cursor.NextIsWord(ModelText.Sample) || _cursor.AtEndOfText)
        {
            return _cursor.Fail($"the line of {what} {row} of {rows} (a bias, then its weights)");
        }

        if (!EntryReader.ReadFinite(_cursor, "a bias", out float bias)) return false;
        _biases.Add(bias);
        int index = -1;
        while (!_cursor.AtEndOfLine)
        {
            if (!_cursor.Space("a weight, or the end of the line")) return false;
            if (!EntryReader.ReadIndex(_cursor, index, _columns, out index)) return false;
            if (!ReadValue(out float weight)) return false;
            if (_values.Count == _maxWeights)
            {
                return _cursor.FailToken($"A network has at most {ModelLimits.Show(ModelLimits.MaxWeights)} weights.");
            }

            _indices.Add(index);
            _values.Add(weight);
        }

        _rowStarts.Add(_values.Count);
        return _cursor.EndLine();
    }

    private bool ReadValue(out float weight)
    {
        if (_codebook is null) return ReadWeight(_cursor, "a weight", out weight);
        bool read = _cursor.Number("a code of the codebook", 0, _codebook.Length - 1, out int code);
        weight = read ? _codebook[code] : 0;
        return read;
    }
}
