namespace Espalier.Pruning.Layerwise;

/// <summary>What pruning does to one layer, measured with the inputs that the dense network gives it.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="SumsError">
/// sqrt(E): the root of the mean over samples of the squared move of the layer's sums, summed over its units.
/// </param>
/// <param name="OutputError">The same of what the activation makes of the sums: at most <see cref="OutputBound"/>.</param>
/// <param name="Slope">The greatest slope of the activation, 1 for most.</param>
/// <param name="WeightNorm">The Frobenius norm of the pruned weights.</param>
public sealed record LayerError(string Name, double SumsError, double OutputError, double Slope, double WeightNorm)
{
    /// <summary>The most that <see cref="OutputError"/> can be (Dong, Chen and Pan 2017, Lemma 3.1, there for a slope of 1).</summary>
    public double OutputBound => Slope * SumsError;
}
