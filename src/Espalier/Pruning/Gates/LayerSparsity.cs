namespace Espalier.Pruning.Gates;

/// <summary>What is left of a layer.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Inputs">The inputs that some weight still reads: pixels or units of the layer before; of a convolution, channels.</param>
/// <param name="Weights">The weights that are left.</param>
/// <param name="ExpectedWeights">
/// The weights that training expected to be left, gate by gate; more than <paramref name="Weights"/> where gates hesitate, and where a
/// unit goes because nothing reads it.
/// </param>
public sealed record LayerSparsity(string Name, int Inputs, int Weights, double ExpectedWeights);
