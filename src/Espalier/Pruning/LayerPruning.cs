namespace Espalier.Pruning;

/// <summary>The weights of one layer before and after a round.</summary>
/// <param name="Name">The parameter's name, such as "fc1.weights".</param>
/// <param name="All">The weights of the dense layer.</param>
/// <param name="Before">Those left before the round.</param>
/// <param name="After">Those left after it.</param>
public sealed record LayerPruning(string Name, int All, int Before, int After);
