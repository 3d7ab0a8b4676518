using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Reads a fully connected layer: its sizes, its shared weights if any, and one line for each output.</summary>
internal sealed class DenseLayerReader
{
    private readonly LineCursor _cursor;
    private readonly int _inputs;
    private readonly int _maxWeights;
    private readonly FloatVector? _codebook;
    private readonly List<int> _rowStarts = [0];
    private readonly List<int> _indices = [];
    private readonly List<float> _values = [];
    private readonly List<float> _biases = [];

    private DenseLayerReader(LineCursor cursor, int inputs, int maxWeights, FloatVector? codebook) =>
        (_cursor, _inputs, _maxWeights, _codebook) = (cursor, inputs, maxWeights, codebook);

    /// <summary>Reads from the space behind the layer's kind on; null after an error.</summary>
    public static DenseLayer? Read(LineCursor cursor, string name, Shape inputShape, int maxWeights)
    {
        if (!cursor.SpacedNumber("the number of inputs", 1, ModelLimits.MaxValues, out int inputs)) return null;
        if (inputs != inputShape.Length)
        {
            cursor.FailToken($"Layer '{name}' reads {inputs} values, but {inputShape.Length} come to it.");
            return null;
        }

        if (!cursor.SpacedNumber("the number of outputs", 1, ModelLimits.MaxValues, out int outputs)) return null;
        if (!LayerReader.ReadActivation(cursor, out Activation activation) || !cursor.EndLine()) return null;
        FloatVector? codebook = null;
        if (cursor.NextIsWord(ModelText.Codebook) && (codebook = ReadCodebook(cursor)) is null) return null;

        var reader = new DenseLayerReader(cursor, inputs, maxWeights, codebook);
        for (int row = 0; row < outputs; row++)
        {
            if (!reader.ReadUnit(row, outputs)) return null;
        }

        var weights = new SparseMatrix(outputs, inputs, [.. reader._rowStarts], [.. reader._indices], [.. reader._values], codebook);
        return new DenseLayer(name, weights, FloatVector.Own([.. reader._biases]), activation);
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

    private bool ReadUnit(int row, int outputs)
    {
        if (_cursor.NextIsWord(ModelText.Layer) || _cursor.NextIsWord(ModelText.Sample) || _cursor.AtEndOfText)
        {
            return _cursor.Fail($"the line of output {row} of {outputs} (a bias, then its weights)");
        }

        if (!EntryReader.ReadFinite(_cursor, "a bias", out float bias)) return false;
        _biases.Add(bias);
        int index = -1;
        while (!_cursor.AtEndOfLine)
        {
            if (!_cursor.Space("a weight, or the end of the line")) return false;
            if (!EntryReader.ReadIndex(_cursor, index, _inputs, out index)) return false;
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
