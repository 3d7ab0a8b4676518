namespace Espalier.Cli.Reproduction.Experiments.Shrinking;

/// <summary>What removing units one by one does to a network.</summary>
/// <param name="Criterion">What units were worth.</param>
/// <param name="Ranking">When they were scored.</param>
/// <param name="Points">The start, then a point for each unit removed.</param>
internal sealed record ShrinkingCurve(string Criterion, string Ranking, IReadOnlyList<ShrinkingPoint> Points)
{
    /// <summary>The percentage of units that are gone when the loss is above the start by more than the tolerance for the first time.</summary>
    public double FlatPercent(double tolerance)
    {
        double limit = Points[0].Loss + tolerance, flat = 0;
        foreach (ShrinkingPoint point in Points)
        {
            if (point.Loss > limit) break;
            flat = point.RemovedPercent;
        }

        return flat;
    }
}
