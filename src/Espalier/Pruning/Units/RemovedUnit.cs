namespace Espalier.Pruning.Units;

/// <summary>A unit that left.</summary>
/// <param name="Unit">Which.</param>
/// <param name="Score">What the criterion gave it, outliers replaced.</param>
/// <param name="Twin">The unit of the same layer that took its part over, or null.</param>
public sealed record RemovedUnit(UnitId Unit, double Score, int? Twin);
