using Espalier.Pruning;

namespace Espalier.Reporting;

/// <summary>
/// The honesty check of a pruning run: what its criterion said of the loss beside what came of it, against the weights left (the figure of
/// LeCun, Denker and Solla 1989).
/// </summary>
/// <remarks>
/// Predictions add up from round to round, as deleted saliencies do, until a retraining: from there they start again at the measured loss.
/// They are of the training part; a log that was measured on a validation part shows the difference of the two besides.
/// </remarks>
public static class PruningLogChart
{
    /// <summary>From so many times fewer weights on, equal ratios take equal room.</summary>
    private const double WideRange = 8;

    /// <summary>The chart as SVG text of 720 x 420 pixels. Rounds that were taken back or not measured have no points.</summary>
    public static string ToSvg(PruningLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        ChartSeries[] series = [.. Series(log).Where(line => line.Points.Count > 0)];
        bool isPositive = series.All(line => line.Points.All(point => point.Y > 0));
        bool isWide = log.WeightsBefore >= WideRange * log.WeightsAfter;
        return new LineChart(
            $"Pruning by {log.Criterion}",
            new Axis("weights left", Logarithmic: isWide, Reversed: true),
            new Axis($"loss ({log.MeasuredOn})", Logarithmic: isPositive),
            series).ToSvg();
    }

    private static IEnumerable<ChartSeries> Series(PruningLog log)
    {
        (double, double) dense = (log.WeightsBefore, log.Before.Loss);
        List<(double, double)> removed = [dense], predicted = [dense], retrained = [];
        double expected = log.Before.Loss;
        foreach (PruningRound round in log.Rounds)
        {
            if (round.IsTakenBack) continue;
            if (round.AfterPruning is { } pruned) removed.Add((round.WeightsAfter, pruned.Loss));
            if (round.AfterRetraining is { } trained) retrained.Add((round.WeightsAfter, trained.Loss));
            if (round.PredictedLossChange is not double change) continue;
            expected += change;
            if (round.AfterPruning is not null) predicted.Add((round.WeightsAfter, expected));
            if (round.AfterRetraining is { } start) expected = start.Loss;
        }

        yield return new ChartSeries("weights removed", removed);
        if (predicted.Count > 1) yield return new ChartSeries("predicted", predicted, Dashed: true);
        yield return new ChartSeries("retrained", retrained);
    }
}
