namespace Espalier.Pruning.Units;

/// <summary>A unit that was folded away.</summary>
/// <param name="Unit">Which.</param>
/// <param name="Kind">Why.</param>
/// <param name="Twin">The unit of the same layer that took its part over, or null.</param>
public sealed record FoldedUnit(UnitId Unit, UnitFoldKind Kind, int? Twin);
