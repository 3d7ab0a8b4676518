using System;
using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>
/// Reads the layers: each starts with a line that names it, its kind and perhaps what it reads, and each kind has its reader.
/// </summary>
internal sealed class LayerReader
{
    private const int LongestWord = 32;

    private static readonly Dictionary<string, KindReader> s_kinds = new(StringComparer.Ordinal)
    {
        [ModelText.Dense] = DenseLayerReader.Read,
        [ModelText.Convolution] = ConvolutionLayerReader.Read,
        [ModelText.MaxPooling] = (cursor, head, _) => PoolingLayerReader.Read(cursor, head, PoolingKind.Max),
        [ModelText.AveragePooling] = (cursor, head, _) => PoolingLayerReader.Read(cursor, head, PoolingKind.Average),
        [ModelText.BatchNormalization] = (cursor, head, _) => NormalizationLayerReader.Read(cursor, head),
        [ModelText.Addition] = (cursor, head, _) => JoinLayerReader.ReadAddition(cursor, head),
        [ModelText.Concatenation] = (cursor, head, _) => JoinLayerReader.ReadConcatenation(cursor, head),
        [ModelText.Flatten] = (cursor, head, _) => JoinLayerReader.ReadFlatten(cursor, head),
    };

    private static readonly string s_allKinds = string.Join(", ", s_kinds.Keys);

    private readonly LineCursor _cursor;
    private readonly Shape _input;
    private readonly List<Layer> _layers = [];
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly List<TextPlace> _places = [];
    private readonly SortedSet<int> _unread = [];
    private int _weights;

    private LayerReader(LineCursor cursor, Shape input) => (_cursor, _input) = (cursor, input);

    private delegate Layer? KindReader(LineCursor cursor, LayerHead head, int maxWeights);

    /// <summary>Reads all layers, each checked against the shapes that come to it; null after an error.</summary>
    public static List<Layer>? ReadAll(LineCursor cursor, Shape input)
    {
        var reader = new LayerReader(cursor, input);
        do
        {
            if (!reader.ReadNext()) return null;
        }
        while (cursor.NextIsWord(ModelText.Layer));
        return reader.CheckAllRead() ? reader._layers : null;
    }

    /// <summary>Reads a space and an activation function, such as <c>relu</c> or <c>elu:3f800000</c>.</summary>
    public static bool ReadActivation(LineCursor cursor, out Activation activation)
    {
        activation = default;
        string expected = $"an activation function ({ActivationSpelling.AllWords})";
        if (cursor.Token(expected, LongestWord, ModelText.PairSeparator) is not string word) return false;
        if (ActivationSpelling.Kind(word) is not ActivationKind kind) return cursor.FailToken($"'{word}' is not {expected}.");
        activation = new Activation(kind);
        if (!activation.HasParameter) return true;
        if (!cursor.Mark(ModelText.PairSeparator) || !cursor.Bits("the parameter of the activation", out uint alpha)) return false;
        activation = new Activation(kind, FloatBits.ToFloat(alpha));
        return FloatBits.IsFinite(activation.Alpha) || cursor.FailToken("The parameter of the activation is infinite or not a number.");
    }

    private bool ReadNext()
    {
        if (!_cursor.Word(ModelText.Layer, $"'{ModelText.Layer}' and the name of a layer")) return false;
        if (_layers.Count == ModelLimits.MaxLayers)
        {
            return _cursor.FailToken($"A network has at most {ModelLimits.Show(ModelLimits.MaxLayers)} layers.");
        }

        if (HeaderReader.ReadIdentifier(_cursor, "the name of the layer") is not string name) return false;
        if (name == Layer.InputName) return _cursor.FailToken($"'{name}' means the network's input: give the layer another name.");
        if (_indices.ContainsKey(name)) return _cursor.FailToken($"Two layers are called '{name}': give each a name of its own.");
        TextPlace place = _cursor.TokenPlace;
        if (_cursor.Token($"the kind of the layer ({s_allKinds})", LongestWord) is not string kind) return false;
        if (!s_kinds.TryGetValue(kind, out KindReader? read))
        {
            return _cursor.FailToken($"'{kind}' is no kind of layer that this reader knows ({s_allKinds}): "
                + "a newer Espalier may have written the file; update Espalier.");
        }

        if (ReadSources(name) is not LayerHead head) return false;
        if (read(_cursor, head, ModelLimits.MaxWeights - _weights) is not Layer layer) return false;
        layer = layer with { Sources = head.Sources };
        if (layer.FindFault() is string fault) return _cursor.FailAt(place, fault);
        if (layer.InputCount != head.Shapes.Length)
        {
            return _cursor.FailAt(place, $"Layer '{name}' reads {layer.InputCount} inputs, but {head.Shapes.Length} come to it.");
        }

        if (layer.OutputShape.Length > ModelLimits.MaxValues)
        {
            return _cursor.FailAt(
                place,
                $"Layer '{name}' yields {layer.OutputShape}; a layer yields at most {ModelLimits.Show(ModelLimits.MaxValues)} values.");
        }

        _weights += layer is WeightedLayer weighted ? weighted.Weights.Count : 0;
        _unread.Add(_layers.Count);
        _indices.Add(name, _layers.Count);
        _layers.Add(layer);
        _places.Add(place);
        return true;
    }

    private LayerHead? ReadSources(string name)
    {
        if (!_cursor.TakeSpacedWord(ModelText.From))
        {
            _unread.Remove(_layers.Count - 1);
            return new LayerHead(name, default, new EquatableArray<Shape>([ShapeOf(_layers.Count - 1)]));
        }

        const string What = "the name of an earlier layer";
        var names = new List<string>();
        var shapes = new List<Shape>();
        do
        {
            string? source = names.Count == 0
                ? _cursor.Token(What, Identifier.MaxLength, ModelText.ListSeparator)
                : _cursor.TokenHere(What, Identifier.MaxLength, ModelText.ListSeparator);
            if (source is null) return null;
            int index = -1;
            if (source != Layer.InputName && !_indices.TryGetValue(source, out index))
            {
                _cursor.FailToken($"Layer '{name}' reads '{source}', which no layer before it is called.");
                return null;
            }

            if (names.Count == ModelLimits.MaxLayers)
            {
                _cursor.FailToken($"A layer reads at most {ModelLimits.Show(ModelLimits.MaxLayers)} others.");
                return null;
            }

            _unread.Remove(index);
            names.Add(source);
            shapes.Add(ShapeOf(index));
        }
        while (_cursor.TakeMark(ModelText.ListSeparator));
        if (names.Count == 1 && names[0] == (_layers.Count == 0 ? Layer.InputName : _layers[_layers.Count - 1].Name))
        {
            _cursor.FailToken($"Layer '{name}' reads '{names[0]}' anyway: leave out '{ModelText.From} {names[0]}'.");
            return null;
        }

        return new LayerHead(name, new EquatableArray<string>(names), new EquatableArray<Shape>(shapes));
    }

    private Shape ShapeOf(int index) => index < 0 ? _input : _layers[index].OutputShape;

    private bool CheckAllRead()
    {
        foreach (int index in _unread)
        {
            if (index == _layers.Count - 1) continue;
            return _cursor.FailAt(_places[index], $"No layer reads '{_layers[index].Name}', and it is not the last.");
        }

        return true;
    }
}
