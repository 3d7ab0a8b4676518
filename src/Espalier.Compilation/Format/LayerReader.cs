using System;
using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Reads the layers: each starts with a line that names it and its kind, and each kind has a reader of its own.</summary>
internal static class LayerReader
{
    private const int LongestWord = 32;

    /// <summary>Reads all layers, each checked against the shape that comes to it; null after an error.</summary>
    public static List<Layer>? ReadAll(LineCursor cursor, Shape shape)
    {
        var layers = new List<Layer>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        int weights = 0;
        do
        {
            if (!cursor.Word(ModelText.Layer, $"'{ModelText.Layer}' and the name of a layer")) return null;
            if (layers.Count == ModelLimits.MaxLayers)
            {
                cursor.FailToken($"A network has at most {ModelLimits.Show(ModelLimits.MaxLayers)} layers.");
                return null;
            }

            if (HeaderReader.ReadIdentifier(cursor, "the name of the layer") is not string name) return null;
            if (!names.Add(name))
            {
                cursor.FailToken($"Two layers are called '{name}': give each a name of its own.");
                return null;
            }

            if (Read(cursor, name, shape, ModelLimits.MaxWeights - weights) is not DenseLayer layer) return null;
            weights += layer.Weights.Count;
            layers.Add(layer);
            shape = layer.OutputShape;
        }
        while (cursor.NextIsWord(ModelText.Layer));
        return layers;
    }

    private static DenseLayer? Read(LineCursor cursor, string name, Shape inputShape, int maxWeights)
    {
        if (cursor.Token($"the kind of the layer ({ModelText.Dense})", LongestWord) is not string kind) return null;
        if (kind == ModelText.Dense) return DenseLayerReader.Read(cursor, name, inputShape, maxWeights);
        cursor.FailToken($"'{kind}' is no kind of layer that this reader knows ({ModelText.Dense}): "
            + "a newer Espalier may have written the file; update Espalier.");
        return null;
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
}
