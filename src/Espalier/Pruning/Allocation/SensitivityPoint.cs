using Espalier.Training;

namespace Espalier.Pruning.Allocation;

/// <summary>The network when one layer alone is pruned.</summary>
/// <param name="Kept">The part of its weights that the layer keeps.</param>
/// <param name="Weights">Their number.</param>
/// <param name="After">The network then.</param>
public sealed record SensitivityPoint(double Kept, int Weights, Evaluation After);
