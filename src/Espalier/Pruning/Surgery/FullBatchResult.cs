namespace Espalier.Pruning.Surgery;

/// <summary>Where a descent ended.</summary>
/// <param name="Value">The mean loss with the penalty of the weights.</param>
/// <param name="LargestSlope">The largest absolute derivative by a parameter that lives.</param>
/// <param name="Evaluations">The passes over the set that it took.</param>
public sealed record FullBatchResult(double Value, double LargestSlope, int Evaluations);
