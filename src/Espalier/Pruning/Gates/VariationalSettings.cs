namespace Espalier.Pruning.Gates;

/// <summary>What a variational layer is told.</summary>
/// <param name="DivergenceWeight">The factor of the divergence in the mean loss, when warm: one over the number of samples.</param>
/// <param name="WarmUpEpochs">The epochs over which that factor rises from 0; 0 for none.</param>
/// <param name="StartLogVariance">log sigma^2 of all weights at the start.</param>
/// <param name="Threshold">The log alpha above which a weight is removed in the end.</param>
/// <param name="Key">Decides the noise.</param>
internal readonly record struct VariationalSettings(
    double DivergenceWeight, double WarmUpEpochs, double StartLogVariance, double Threshold, ulong Key);
