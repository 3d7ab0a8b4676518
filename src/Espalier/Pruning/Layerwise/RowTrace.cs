namespace Espalier.Pruning.Layerwise;

/// <summary>The weights of one unit in the order in which they leave.</summary>
/// <param name="Inputs">The inputs that they belong to.</param>
/// <param name="Losses">The rise of the error at each deletion; the members of a block share that of the block evenly.</param>
internal sealed record RowTrace(int[] Inputs, double[] Losses);
