using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Reads a pooling.</summary>
internal static class PoolingLayerReader
{
    /// <summary>Reads from the space behind the layer's kind and sources on; null after an error.</summary>
    public static PoolingLayer? Read(LineCursor cursor, LayerHead head, PoolingKind kind)
    {
        if (!head.ReadShape(cursor) || !WindowReader.Read(cursor, head, out Window window)) return null;
        bool ceiling = cursor.TakeSpacedWord(ModelText.Ceiling);
        bool countPadding = cursor.TakeSpacedWord(ModelText.CountPadding);
        if (!LayerReader.ReadActivation(cursor, out Activation activation) || !cursor.EndLine()) return null;
        return new PoolingLayer(head.Name, head.Shape, kind, window, ceiling, countPadding, activation);
    }
}
