using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import;

/// <summary>How the network declares its input.</summary>
/// <param name="Shape">Its shape.</param>
/// <param name="Order">Which element of the model's input each value is, where the order is another one; else null.</param>
internal sealed record InputDeclaration(Shape Shape, int[]? Order);

/// <summary>
/// Thrown when a layer reads the network's input as an image of another shape or order than declared; the import then starts anew.
/// </summary>
internal sealed class InputRedeclaration(InputDeclaration declaration) : Exception
{
    /// <summary>What the layer reads.</summary>
    public InputDeclaration Declaration => declaration;
}
