namespace Espalier.Interchange;

/// <summary>What an import of an ONNX model should know that the model does not say.</summary>
public sealed record OnnxImportOptions
{
    /// <summary>The network's name; null for that of the file, or of the graph.</summary>
    public string? Name { get; init; }

    /// <summary>The output of the model to take; null for all that are not classes of others.</summary>
    public string? Output { get; init; }

    /// <summary>Inputs that are fixed to arrays, so that what is computed from them is constant.</summary>
    public IReadOnlyDictionary<string, NpyArray> FixedInputs { get; init; } = new Dictionary<string, NpyArray>();

    /// <summary>Shapes, batch included, of inputs of which the model leaves other axes open than the batch.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> InputShapes { get; init; } = new Dictionary<string, IReadOnlyList<int>>();
}
