namespace Espalier.Cli.Reproduction.Experiments.Filters;

/// <summary>What removing filters and units without retraining does.</summary>
/// <param name="Criterion">What they were worth.</param>
/// <param name="Points">Units left and validation error in percent, from the whole network on.</param>
internal sealed record FilterCurve(string Criterion, IReadOnlyList<(int Units, double Error)> Points);
