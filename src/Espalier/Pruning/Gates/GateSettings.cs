namespace Espalier.Pruning.Gates;

/// <summary>What a gated layer is told.</summary>
/// <param name="Cost">What an expected non-zero weight adds to the mean loss.</param>
/// <param name="Decay">The factor of w^2 / 2 for a weight that is there for sure.</param>
/// <param name="DropRate">Where gates start: the probability that s is below one half.</param>
/// <param name="Key">Decides the starting gates and all noise.</param>
internal readonly record struct GateSettings(double Cost, double Decay, double DropRate, ulong Key);
