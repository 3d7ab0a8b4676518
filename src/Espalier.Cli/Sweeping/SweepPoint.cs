namespace Espalier.Cli.Sweeping;

/// <summary>What a network of a sweep came to.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Criterion">What a weight was worth; empty for the given network.</param>
/// <param name="Pattern">Which weights stayed or left together; "as given" for the given network.</param>
/// <param name="Weights">The weights that are left.</param>
/// <param name="ValidationError">
/// On the validation part, by which the best are chosen: per cent of the samples, or the loss of numbers.
/// </param>
/// <param name="TestError">On the test part.</param>
/// <param name="NsPerSample">The median time of one sample by itself, in nanoseconds.</param>
/// <param name="NsInBatch">The median time of a sample in a batch, in nanoseconds.</param>
internal sealed record SweepPoint(
    string Name, string Criterion, string Pattern, int Weights, double ValidationError, double TestError, double NsPerSample,
    double NsInBatch)
{
    /// <summary>Whether no other is as fast by itself and errs less.</summary>
    public bool IsBest { get; init; }

    /// <summary>Whether no other is as fast in a batch and errs less.</summary>
    public bool IsBestInBatch { get; init; }

    /// <summary>
    /// The best of all: each errs less on the validation part than all that are faster. From the fastest to the one of the least error.
    /// </summary>
    /// <param name="points">The points.</param>
    /// <param name="time">Which time counts.</param>
    public static IReadOnlyList<SweepPoint> Frontier(IEnumerable<SweepPoint> points, Func<SweepPoint, double> time)
    {
        var best = new List<SweepPoint>();
        foreach (SweepPoint point in points.OrderBy(time).ThenBy(point => point.ValidationError))
        {
            if (best.Count == 0 || point.ValidationError < best[^1].ValidationError) best.Add(point);
        }

        return best;
    }

    /// <summary>Marks the best of <paramref name="points"/>.</summary>
    public static IReadOnlyList<SweepPoint> Mark(IReadOnlyList<SweepPoint> points)
    {
        var best = Frontier(points, point => point.NsPerSample).ToHashSet();
        var inBatch = Frontier(points, point => point.NsInBatch).ToHashSet();
        return [.. points.Select(point => point with { IsBest = best.Contains(point), IsBestInBatch = inBatch.Contains(point) })];
    }
}
