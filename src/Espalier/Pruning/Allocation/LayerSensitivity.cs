namespace Espalier.Pruning.Allocation;

/// <summary>How the network takes the pruning of one layer.</summary>
/// <param name="Name">The parameter's name, such as "fc1.weights".</param>
/// <param name="Live">The weights that the layer has left.</param>
/// <param name="Points">What was measured, from most to fewest weights.</param>
public sealed record LayerSensitivity(string Name, int Live, IReadOnlyList<SensitivityPoint> Points);
