namespace Espalier.Pruning.Units;

/// <summary>
/// Replaces predicted changes beyond a threshold (Wolfe et al. 2016): where a parabola is steep, an approximation of second order is far
/// off, to either side. Their threshold is not stated; this one is a distance from the median of all scores, in standard deviations.
/// </summary>
/// <param name="Replacement">What stands in for a score beyond the threshold.</param>
/// <param name="Deviations">The threshold in standard deviations of all scores, above 0.</param>
public sealed record OutlierRule(OutlierReplacement Replacement, double Deviations = 3)
{
    /// <summary>Throws when the rule makes no sense.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        PruningOptions.RequireKnown(Replacement);
        if (!(Deviations > 0))
        {
            throw new EspalierException(FormattableString.Invariant(
                $"A threshold of {Deviations} standard deviations makes every score an outlier; give a number above 0."));
        }
    }

    /// <summary>Replaces, in place, what lies beyond the threshold; at least one score does not, because the median stays.</summary>
    internal void Apply(Span<double> scores)
    {
        if (scores.IsEmpty) return;
        double median = Median(scores), mean = Mean(scores), squares = 0;
        foreach (double score in scores) squares += (score - mean) * (score - mean);
        double threshold = Deviations * Math.Sqrt(squares / scores.Length);
        var others = new List<double>();
        foreach (double score in scores)
        {
            if (Math.Abs(score - median) <= threshold) others.Add(score);
        }

        if (others.Count == 0) return;
        double[] kept = [.. others];
        double replacement = Replacement == OutlierReplacement.Mean ? Mean(kept) : Median(kept);
        foreach (ref double score in scores)
        {
            if (Math.Abs(score - median) > threshold) score = replacement;
        }
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return sum / values.Length;
    }

    private static double Median(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
