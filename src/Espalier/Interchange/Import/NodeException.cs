namespace Espalier.Interchange.Import;

/// <summary>A node that cannot be imported; the message names it.</summary>
internal sealed class NodeException(string message, Exception? inner) : EspalierException(message, inner!);
