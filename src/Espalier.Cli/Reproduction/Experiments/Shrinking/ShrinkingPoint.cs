namespace Espalier.Cli.Reproduction.Experiments.Shrinking;

/// <summary>A network on its way down.</summary>
/// <param name="RemovedPercent">The units removed, in percent.</param>
/// <param name="Loss">The mean loss.</param>
/// <param name="ErrorPercent">The wrong classes, or null for regression.</param>
/// <param name="FirstLayer">The units left in the first hidden layer.</param>
internal sealed record ShrinkingPoint(double RemovedPercent, double Loss, double? ErrorPercent, int FirstLayer);
