namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>One network pruned by Net-Trim.</summary>
/// <param name="Epsilon">The part of a unit's output that it may be off.</param>
/// <param name="Weights">What each layer keeps.</param>
/// <param name="Discrepancy">The distance of the outputs from the dense ones, as a part of these.</param>
/// <param name="Bound">What it cannot exceed while the constraints hold, as a part of the same.</param>
/// <param name="Errors">The samples in the wrong class.</param>
internal sealed record NetTrimOutcome(double Epsilon, IReadOnlyList<int> Weights, double Discrepancy, double Bound, int Errors);
