namespace Espalier.Pruning;

/// <summary>A criterion that can be asked for by name.</summary>
/// <param name="Name">The name, as <see cref="PruningCriterion.Name"/> spells it.</param>
/// <param name="Description">One line on what it does, with its source.</param>
/// <param name="Create">Makes it with the usual settings.</param>
public sealed record CriterionEntry(string Name, string Description, Func<PruningCriterion> Create);
