namespace Espalier.Pruning.Units;

/// <summary>A criterion for units that can be asked for by name.</summary>
/// <param name="Name">The name, as <see cref="UnitCriterion.Name"/> spells it.</param>
/// <param name="Description">One line on what it does, with its source.</param>
/// <param name="Create">Makes it with the usual settings.</param>
public sealed record UnitCriterionEntry(string Name, string Description, Func<UnitCriterion> Create);
