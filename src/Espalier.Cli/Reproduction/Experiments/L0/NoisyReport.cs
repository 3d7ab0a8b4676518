using System.Globalization;
using Espalier.Pruning.Gates;
using Espalier.Reporting;

namespace Espalier.Cli.Reproduction.Experiments.L0;

/// <summary>Numbers and charts that all experiments with <see cref="NoisyLeNet"/> show.</summary>
/// <param name="network">The network's name.</param>
/// <param name="denseWeights">The weights of the dense network.</param>
internal sealed class NoisyReport(string network, int denseWeights)
{
    /// <summary>A number as the tables print it.</summary>
    public static string Text(double value, string format = "0.00") => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Dense weights for one that is left.</summary>
    public double Ratio(NoisyOutcome outcome) => (double)denseWeights / outcome.Weights;

    /// <summary>The end of a table's row: weights, ratio, errors.</summary>
    public IEnumerable<string> Cells(NoisyOutcome outcome) =>
    [
        SummaryTable.Number(outcome.Weights), Text(Ratio(outcome), "0.0"), Text(outcome.Error), Text(outcome.TunedError),
    ];

    /// <summary>The weights left while each trains; dashed, what the gates of the first L0 training expect.</summary>
    /// <param name="all">All trainings.</param>
    /// <param name="gated">The training whose expectation is shown.</param>
    public ReproductionFigure Weights((string Name, NoisyOutcome Outcome)[] all, NoisyOutcome gated)
    {
        ChartSeries[] series =
        [
            .. all.Select(one => Series(one.Name, one.Outcome, epoch => Math.Max(1, epoch.Weights))),
            Series("expected", gated, epoch => epoch.ExpectedWeights) with { Dashed = true },
        ];
        var chart = new LineChart(
            $"Weights left while {network} trains under noise", new Axis("epoch"), new Axis("weights", Logarithmic: true), series);
        return new ReproductionFigure("weights", chart.ToSvg(),
            "Weights that would be left if training ended at the epoch, without those of units that nothing reads; dashed, what the " +
            "first L0 training expects, gate by gate: it does not see that closed gates of a layer free the weights of the one before.");
    }

    /// <summary>The inputs that layers read while a network trains under gates.</summary>
    /// <param name="gated">The training.</param>
    /// <param name="inputs">What the inputs of the last layers are.</param>
    public static ReproductionFigure Units(NoisyOutcome gated, string[] inputs)
    {
        int skipped = gated.Layers.Count - inputs.Length;
        var chart = new LineChart(
            "Units left under L0 gates with a lambda for each layer", new Axis("epoch"), new Axis("units", Logarithmic: true),
            [.. inputs.Select((name, i) => Series(name, gated, epoch => Math.Max(1, epoch.Layers[skipped + i].Inputs)))]);
        return new ReproductionFigure(
            "units", chart.ToSvg(), "Inputs of each layer that would still be read if training ended at the epoch.");
    }

    /// <summary>The errors of networks that train without the validation part.</summary>
    public ReproductionFigure Errors((string Name, NoisyOutcome Outcome)[] all)
    {
        var chart = new LineChart($"Error while {network} trains under noise", new Axis("epoch"), new Axis("validation error, %"),
            [.. all.Select(one => Series(one.Name, one.Outcome, epoch => epoch.Evaluation!.ErrorPercent!.Value))]);
        return new ReproductionFigure("error", chart.ToSvg(),
            "Error on the training images held out, of the network that would be left if training ended at the epoch.");
    }

    private static ChartSeries Series(string name, NoisyOutcome outcome, Func<StochasticEpoch, double> value) =>
        new(name, [.. outcome.Epochs.Select(epoch => ((double)epoch.Epoch, value(epoch)))]);
}
