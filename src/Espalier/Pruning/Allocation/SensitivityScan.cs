using System.Globalization;
using System.Text;
using Espalier.Data;
using Espalier.Reporting;
using Espalier.Training;

namespace Espalier.Pruning.Allocation;

/// <summary>
/// Each layer pruned alone, without retraining, to fewer and fewer weights, and what the network then does: shows which layers bear pruning
/// (Han et al. 2015, figure 6; Dong et al. 2017).
/// </summary>
/// <param name="Criterion">What weights were worth.</param>
/// <param name="MeasuredOn">The name of the set that evaluations are of.</param>
/// <param name="Dense">The network as it is.</param>
/// <param name="Layers">One entry a layer.</param>
public sealed record SensitivityScan(string Criterion, string MeasuredOn, Evaluation Dense, IReadOnlyList<LayerSensitivity> Layers)
{
    /// <summary>The parts that layers keep unless said otherwise.</summary>
    public static IReadOnlyList<double> DefaultFractions { get; } =
        [0.8, 0.65, 0.5, 0.4, 0.3, 0.22, 0.16, 0.12, 0.09, 0.065, 0.05, 0.035, 0.025, 0.015, 0.01];

    /// <summary>Scans a network, which is the same afterwards.</summary>
    /// <param name="context">The network, with what criteria look at.</param>
    /// <param name="data">What evaluations are of. Never a test set.</param>
    /// <param name="criterion">Chooses the weights within a layer.</param>
    /// <param name="fractions">
    /// The parts of its weights that a layer keeps, each in (0, 1]; null for <see cref="DefaultFractions"/>.
    /// </param>
    /// <param name="progress">Told the part of the scan that is done, 0 to 1, or null.</param>
    /// <param name="cancellation">Ends the scan.</param>
    /// <exception cref="EspalierException">A fraction is out of its range, or the data do not fit the network.</exception>
    /// <exception cref="OperationCanceledException">The scan was cancelled.</exception>
    public static SensitivityScan Run(
        PruningContext context, Dataset data, PruningCriterion criterion, IReadOnlyList<double>? fractions = null,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(criterion);
        double[] parts = [.. (fractions ?? DefaultFractions).Select(Checked).OrderDescending().Distinct()];
        var stage = new PruningStage(context.Network, context.Train, data, context.Loss);
        IReadOnlyList<Parameter> parameters = context.Network.PrunableParameters;
        int[] live = [.. parameters.Select(layer => layer.LiveCount)];
        Evaluation dense = stage.Evaluate();
        var snapshot = new NetworkSnapshot(context.Network);
        PruningCriterion trial = FixedScores.For(criterion, context, cancellation);
        var layers = new List<LayerSensitivity>();
        try
        {
            for (int layer = 0; layer < live.Length; layer++)
            {
                var points = new List<SensitivityPoint>();
                foreach (double part in parts)
                {
                    cancellation.ThrowIfCancellationRequested();
                    int keep = Math.Max(1, (int)Math.Round(part * live[layer], MidpointRounding.AwayFromZero));
                    if (points.Count == 0 || keep < points[^1].Weights) points.Add(Measure(layer, keep));
                    progress?.Report((layer + (double)points.Count / parts.Length) / live.Length);
                }

                layers.Add(new LayerSensitivity(parameters[layer].Name, live[layer], points));
            }
        }
        finally
        {
            snapshot.Restore(context.Network);
        }

        return new SensitivityScan(criterion.Name, data.Name, dense, layers);

        SensitivityPoint Measure(int layer, int keep)
        {
            snapshot.Restore(context.Network);
            if (keep < live[layer])
            {
                int[] counts = [.. live];
                counts[layer] = keep;
                trial.Remove(context, RemovalBudget.PerLayer(counts), cancellation);
            }

            return new SensitivityPoint((double)keep / live[layer], keep, stage.Evaluate());
        }
    }

    /// <summary>The error (the loss, when there are no classes) against the part that each layer keeps.</summary>
    public LineChart ToChart()
    {
        bool hasErrors = Dense.ErrorPercent is not null;
        return new LineChart(
            "Each layer pruned alone",
            new Axis("weights the layer keeps, %", Logarithmic: true, Reversed: true),
            new Axis(hasErrors ? $"error on {MeasuredOn}, %" : $"loss on {MeasuredOn}"),
            [
                .. Layers.Where(layer => layer.Live > 0).Select(layer => new ChartSeries(layer.Name,
                    [(100, Value(Dense)), .. layer.Points.Select(point => (100 * point.Kept, Value(point.After)))])),
            ]);

        double Value(Evaluation evaluation) => hasErrors ? evaluation.ErrorPercent!.Value : evaluation.Loss;
    }

    /// <summary>A line for each measurement: layer, kept, weights, errors, count, loss.</summary>
    public string ToCsv()
    {
        var text = new StringBuilder("layer,kept,weights,errors,count,loss\n");
        foreach (LayerSensitivity layer in Layers)
        {
            foreach (SensitivityPoint point in layer.Points)
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"{layer.Name},{point.Kept},{point.Weights},{point.After.Errors},{point.After.Count},{point.After.Loss}\n");
            }
        }

        return text.ToString();
    }

    private static double Checked(double fraction) => fraction is > 0 and <= 1
        ? fraction
        : throw new EspalierException(
            FormattableString.Invariant($"A layer cannot keep a fraction of {fraction}; give a number above 0 and up to 1."));
}
