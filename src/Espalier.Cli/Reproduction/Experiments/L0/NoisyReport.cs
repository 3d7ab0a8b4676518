using System.Globalization;
using Espalier.Pruning.Gates;
using Espalier.Reporting;

namespace Espalier.Cli.Reproduction.Experiments.L0;

/// <summary>Numbers and a chart that all experiments with <see cref="NoisyLeNet"/> show.</summary>
/// <param name="network">The network's name.</param>
/// <param name="denseWeights">The weights of the dense network.</param>
internal sealed class NoisyReport(string network, int denseWeights)
{
    /// <summary>A number as the tables print it.</summary>
    public static string Text(double value, string format = "0.00") => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Dense weights for one that is left.</summary>
    public double Ratio(NoisyOutcome outcome) => (double)denseWeights / outcome.Weights;

    /// <summary>The weights left while each trains.</summary>
    /// <param name="all">All trainings.</param>
    /// <param name="gated">Of which the weights that its gates expect are shown too, dashed; or null.</param>
    public ReproductionFigure Weights((string Name, NoisyOutcome Outcome)[] all, NoisyOutcome? gated = null)
    {
        var series = all.Select(one => Series(one.Name, one.Outcome, epoch => Math.Max(1, epoch.Weights))).ToList();
        string caption = "Weights that would be left if training ended at the epoch, without those of units that nothing reads";
        if (gated is not null)
        {
            series.Add(Series("expected", gated, epoch => epoch.ExpectedWeights) with { Dashed = true });
            caption += "; dashed, what the first L0 training expects, gate by gate: it does not see that closed gates of a layer " +
                "free the weights of the one before";
        }

        var chart = new LineChart(
            $"Weights left while {network} trains under noise", new Axis("epoch"), new Axis("weights", Logarithmic: true), series);
        return new ReproductionFigure("weights", chart.ToSvg(), caption + ".");
    }

    /// <summary>A number of each epoch of a training.</summary>
    public static ChartSeries Series(string name, NoisyOutcome outcome, Func<StochasticEpoch, double> value) =>
        new(name, [.. outcome.Epochs.Select(epoch => ((double)epoch.Epoch, value(epoch)))]);
}
