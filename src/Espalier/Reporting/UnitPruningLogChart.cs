using Espalier.Pruning.Units;
using Espalier.Training;

namespace Espalier.Reporting;

/// <summary>What the removal of units did: the error, or where there are no classes the loss, against the units left.</summary>
public static class UnitPruningLogChart
{
    /// <summary>The chart as SVG text of 720 x 420 pixels. Rounds that were taken back have no points.</summary>
    public static string ToSvg(UnitPruningLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        List<(double, double)> removed = [(log.UnitsBefore, Value(log.Before))], retrained = [];
        foreach (UnitPruningRound round in log.Rounds.Where(round => !round.IsTakenBack))
        {
            removed.Add((round.UnitsAfter, Value(round.AfterPruning)));
            if (round.AfterRetraining is { } trained) retrained.Add((round.UnitsAfter, Value(trained)));
        }

        var series = new List<ChartSeries> { new("units removed", removed) };
        if (retrained.Count > 0) series.Add(new ChartSeries("retrained", retrained));
        string what = log.Before.ErrorPercent is null ? "loss" : "error, %";
        return new LineChart(
            $"Units removed by {log.Criterion}", new Axis("units left", Reversed: true), new Axis($"{what} ({log.MeasuredOn})"),
            series).ToSvg();
    }

    private static double Value(Evaluation evaluation) => evaluation.ErrorPercent ?? evaluation.Loss;
}
