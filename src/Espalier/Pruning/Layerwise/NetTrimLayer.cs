namespace Espalier.Pruning.Layerwise;

/// <summary>What <see cref="NetTrim"/> did to a layer. Norms are over all units and samples.</summary>
/// <param name="Name">The parameter's name, such as "fc1.weights".</param>
/// <param name="Before">The weights that were left before.</param>
/// <param name="After">The weights that are left.</param>
/// <param name="NormBefore">The sum of |w| before.</param>
/// <param name="NormAfter">The sum of |w| after.</param>
/// <param name="Epsilon">The largest error of the active outputs that the program allowed.</param>
/// <param name="Discrepancy">The distance between what the layer yields in the pruned and in the dense network.</param>
/// <param name="OutputNorm">The length of what the layer yields in the dense network.</param>
/// <param name="Bound">What the distance cannot exceed while all constraints hold.</param>
/// <param name="Iterations">The steps of the unit that took most.</param>
public sealed record NetTrimLayer(
    string Name, int Before, int After, double NormBefore, double NormAfter, double Epsilon, double Discrepancy, double OutputNorm,
    double Bound, int Iterations);
