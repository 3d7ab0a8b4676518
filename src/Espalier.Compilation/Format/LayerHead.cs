using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>What has been read of a layer when its kind's reader takes over.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Sources">The layers that it states to read; empty when it reads the one before.</param>
/// <param name="Shapes">The shapes that come from there, one for each input.</param>
internal sealed record LayerHead(string Name, EquatableArray<string> Sources, EquatableArray<Shape> Shapes)
{
    /// <summary>The shape that comes to a layer of one input.</summary>
    public Shape Shape => Shapes[0];

    /// <summary>Reads a space and a shape, which must be the one that comes to the layer.</summary>
    public bool ReadShape(LineCursor cursor)
    {
        const int LongestShape = 32;
        string comes = Shape.ToString();
        if (cursor.Token($"the shape that comes to the layer, '{comes}'", LongestShape) is not string stated) return false;
        return stated == comes || cursor.FailToken($"Layer '{Name}' reads {stated}, but {comes} comes to it.");
    }
}
