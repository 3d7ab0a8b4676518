using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Reads the layers that have no numbers of their own: addition, concatenation and flatten.</summary>
internal static class JoinLayerReader
{
    /// <summary>Reads an addition from the space behind its sources on; null after an error.</summary>
    public static AdditionLayer? ReadAddition(LineCursor cursor, LayerHead head)
    {
        foreach (Shape shape in head.Shapes)
        {
            if (shape == head.Shape) continue;
            cursor.FailToken($"Layer '{head.Name}' adds {head.Shape} and {shape}; the shapes must be equal.");
            return null;
        }

        if (!head.ReadShape(cursor) || !LayerReader.ReadActivation(cursor, out Activation activation) || !cursor.EndLine()) return null;
        return new AdditionLayer(head.Name, head.Shape, head.Shapes.Length, activation);
    }

    /// <summary>Reads a concatenation from the space behind its sources on; null after an error.</summary>
    public static ConcatenationLayer? ReadConcatenation(LineCursor cursor, LayerHead head)
    {
        if (!LayerReader.ReadActivation(cursor, out Activation activation) || !cursor.EndLine()) return null;
        return new ConcatenationLayer(head.Name, head.Shapes, activation);
    }

    /// <summary>Reads a flatten from the space behind its sources on; null after an error.</summary>
    public static FlattenLayer? ReadFlatten(LineCursor cursor, LayerHead head) =>
        head.ReadShape(cursor) && cursor.EndLine() ? new FlattenLayer(head.Name, head.Shape) : null;
}
