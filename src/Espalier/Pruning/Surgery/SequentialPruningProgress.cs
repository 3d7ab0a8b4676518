namespace Espalier.Pruning.Surgery;

/// <summary>Where a run of <see cref="SequentialPruner"/> stands. How many deletions will stand, nobody knows beforehand.</summary>
/// <param name="Deletions">The deletions that stand.</param>
/// <param name="Left">The parameters that count and are left.</param>
/// <param name="Latest">The latest attempt.</param>
public readonly record struct SequentialPruningProgress(int Deletions, int Left, Deletion Latest);
