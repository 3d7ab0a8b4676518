namespace Espalier.Cli.Reproduction.Experiments.Lobs;

/// <summary>Where a retraining stands.</summary>
/// <param name="Step">The steps done.</param>
/// <param name="Error">The test error in percent.</param>
internal sealed record PathPoint(int Step, double Error);
