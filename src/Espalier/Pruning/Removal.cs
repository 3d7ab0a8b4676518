namespace Espalier.Pruning;

/// <summary>What one removal of weights came to.</summary>
/// <param name="Threshold">The highest score that was removed, or null when none was or there is no such number.</param>
/// <param name="PredictedLossChange">
/// What the criterion expects of the mean loss on the training part, or null when it does not say.
/// </param>
public sealed record Removal(float? Threshold, double? PredictedLossChange);
