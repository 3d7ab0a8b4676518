namespace Espalier.Cli.Sweeping;

/// <summary>How networks are timed.</summary>
/// <param name="Inputs">Samples row by row, at least a batch of them.</param>
/// <param name="Batch">Samples a call.</param>
/// <param name="Passes">How often each network's turn comes; odd.</param>
/// <param name="Turn">The time of a turn, a third of it to warm up.</param>
internal sealed record SweepTiming(ReadOnlyMemory<float> Inputs, int Batch, int Passes, TimeSpan Turn);
