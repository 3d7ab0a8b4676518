namespace Espalier.Interchange.Import;

/// <summary>A node that does not treat each sample of a batch by itself.</summary>
internal sealed class BatchException(string message) : EspalierException(message);
