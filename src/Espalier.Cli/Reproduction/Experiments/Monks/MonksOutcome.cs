namespace Espalier.Cli.Reproduction.Experiments.Monks;

/// <summary>One pruned network of the MONK's problems.</summary>
/// <param name="Seed">The seed of its starting weights.</param>
/// <param name="Weights">The weights that are left, biases counted as Hassibi and Stork count them.</param>
/// <param name="TrainErrors">Of the published training samples.</param>
/// <param name="TrainLoss">The mean loss on them.</param>
/// <param name="TestErrors">Of all 432 cases.</param>
internal sealed record MonksOutcome(ulong Seed, int Weights, int TrainErrors, double TrainLoss, int TestErrors);
