namespace Espalier.Cli.Reproduction.Experiments.Shrinking;

/// <summary>What removing units one by one does to a network.</summary>
/// <param name="Criterion">What units were worth.</param>
/// <param name="Ranking">When they were scored.</param>
/// <param name="Points">The start, then a point for each unit removed.</param>
internal sealed record ShrinkingCurve(string Criterion, string Ranking, IReadOnlyList<ShrinkingPoint> Points)
{
    /// <summary>
    /// The largest percentage of units without which the loss is above the start by no more than the tolerance. On the way there it may
    /// have been higher, while one of two units that cancel each other was gone and the other was not.
    /// </summary>
    public double FreePercent(double tolerance) => Points.Last(point => IsWithin(point, tolerance)).RemovedPercent;

    /// <summary>The percentage of units that go before the loss is above the start by more than the tolerance for the first time.</summary>
    public double FlatPercent(double tolerance) => Points.TakeWhile(point => IsWithin(point, tolerance)).Last().RemovedPercent;

    private bool IsWithin(ShrinkingPoint point, double tolerance) => point.Loss <= Points[0].Loss + tolerance;
}
