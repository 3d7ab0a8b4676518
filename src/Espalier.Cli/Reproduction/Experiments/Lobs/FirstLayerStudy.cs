using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Layerwise;
using Espalier.Pruning.Units.Criteria;
using Espalier.Reporting;
using Espalier.Training;

namespace Espalier.Cli.Reproduction.Experiments.Lobs;

/// <summary>
/// What the sensitivities of L-OBS say before anything is removed, and the first layer pruned alone until nothing of it is left.
/// </summary>
internal sealed class FirstLayerStudy(ExperimentRun run, PublishedLeNet net)
{
    /// <summary>The kept weights of the first layer, in percent, at which it is pruned alone.</summary>
    private static readonly double[] s_kept = [100, 80, 60, 50, 40, 30, 20, 15, 10, 7, 5, 4, 3, 2, 1, 0.5, 0.2, 0];

    private static readonly double[] s_quickKept = [100, 40, 10, 4, 1, 0];

    private string Recipe { get; } = FormattableString.Invariant($"damping {LayerHessian.DefaultDamping}, quick {run.Quick}");

    /// <summary>
    /// Part of the weights that is less sensitive than a tolerance, for each layer, and the error when all layers go by it.
    /// </summary>
    public (ReproductionFigure Figure, ReproductionTable Table) Tolerances()
    {
        run.Stage(0.6, 0.7, "tolerances");
        List<Tolerance> all = run.Part("tolerances", Recipe, () =>
        {
            IReadOnlyList<double[]> sensitivities = Measure();
            var found = new List<Tolerance>();
            int count = run.Quick ? 3 : 13;
            for (int i = 0; i < count; i++)
            {
                run.Report((double)i / count, "tolerances");
                double tolerance = 1e-3 * Math.Pow(1000, (double)i / (count - 1));
                TrainableNetwork network = net.Dense.Clone();
                new LayerwiseObs().RemoveWithin(new PruningContext(network, net.Train, PublishedLeNet.Loss),
                    [tolerance, tolerance, tolerance], run.Cancellation);
                found.Add(new Tolerance(tolerance,
                    [.. sensitivities.Select(layer => 100.0 * layer.Count(value => Math.Sqrt(value) <= tolerance) / layer.Length)],
                    network.LiveWeightCount, net.TestError(network)));
            }

            return found;
        });
        var chart = new LineChart(
            "Error tolerance against pruning ratio", new Axis("tolerance: largest sqrt(L_q) that goes", Logarithmic: true),
            new Axis("weights removed, %"),
            [
                .. Enumerable.Range(0, 3).Select(i =>
                    new ChartSeries($"layer {i + 1}", [.. all.Select(one => (one.Largest, one.Removed[i]))])),
            ]);
        var table = new ReproductionTable("All layers pruned by L-OBS within one tolerance, without retraining",
            ["tolerance", "removed, %, layer 1", "layer 2", "layer 3", "weights left", "test error, %"],
            [
                .. all.Select(one => (string[])
                [
                    FormattableString.Invariant($"{one.Largest:0.0000}"), .. one.Removed.Select(Text), $"{one.Weights}", Text(one.Error),
                ]),
            ]);
        return (new ReproductionFigure("tolerance", chart.ToSvg(),
            "The part of each layer's weights whose removal by itself costs at most the tolerance, in units of the layer's sums."), table);
    }

    /// <summary>How the sensitivities of the first layer are spread.</summary>
    public ReproductionFigure Sensitivities()
    {
        const int BinsPerDecade = 4, LowestDecade = -12, Decades = 11;
        List<double> shares = run.Part("sensitivities", $"{Recipe}, {Decades} decades", () =>
        {
            double[] layer = Measure()[0];
            var counts = new double[BinsPerDecade * Decades];
            foreach (double value in layer)
            {
                if (value > 0) counts[Math.Clamp((int)((Math.Log10(value) - LowestDecade) * BinsPerDecade), 0, counts.Length - 1)]++;
            }

            return counts.Select(count => 100 * count / layer.Length).ToList();
        });
        var chart = new LineChart(
            "Sensitivities in the first layer", new Axis("L_q", Logarithmic: true), new Axis("weights in a quarter of a decade, %"),
            [
                new ChartSeries("first layer", [.. shares.Select((share, i) =>
                    (Math.Pow(10, LowestDecade + (i + 0.5) / BinsPerDecade), share))]),
            ]);
        return new ReproductionFigure("sensitivities", chart.ToSvg(),
            "The distribution of L_q over the 235,200 weights of the first layer; those of pixels that never have ink are left out.");
    }

    /// <summary>The first layer pruned alone until nothing is left, by L-OBS, ExactOBS, magnitude and APoZ.</summary>
    public ReproductionFigure Alone(List<ReproductionRow> rows)
    {
        double[] kept = run.Quick ? s_quickKept : s_kept;
        run.Stage(0.7, 1, "the first layer alone");
        List<Curve> curves = run.Part("alone", Recipe, () =>
        {
            ExactObsTrace trace = ExactObsTrace.Compute(net.Dense, 0, LayerHessian.ComputeAll(
                net.Dense, net.Train, cancellation: run.Cancellation)[0], cancellation: run.Cancellation);
            int[] order = ZeroOrder();
            var found = new List<Curve>
            {
                new("L-OBS", []), new("ExactOBS", []), new("magnitude", []), new("APoZ", []),
            };
            for (int i = 0; i < kept.Length; i++)
            {
                run.Report((double)i / kept.Length, FormattableString.Invariant($"the first layer alone, {kept[i]} %"));
                RemovalBudget budget = net.Keep(kept[i], 100, 100);
                TrainableNetwork exact = net.Dense.Clone();
                trace.Apply(exact, budget.LayerCounts![0]);
                found[0].Errors.Add(net.TestError(net.Prune(new LayerwiseObs(), budget, run.Cancellation)));
                found[1].Errors.Add(net.TestError(exact));
                found[2].Errors.Add(net.TestError(net.Prune(new MagnitudeCriterion(), budget, run.Cancellation)));
                found[3].Errors.Add(net.TestError(WithoutUnits(order, (int)Math.Round(order.Length * (1 - kept[i] / 100)))));
            }

            return found;
        });
        int at = Array.IndexOf(kept, 4);
        string others = string.Join(", ", curves.Skip(1).Select(curve => $"{curve.Method} {Text(curve.Errors[at])}"));
        rows.Add(ReproductionRow.Note(
            "the first layer alone, 96 % removed by L-OBS, no retraining", "the curve bends at about 96 %",
            $"{Text(curves[0].Errors[at])} ({others})"));
        var chart = new LineChart(
            "The first layer pruned alone, without retraining", new Axis("weights of the first layer removed, %"),
            new Axis("test error, %"),
            [.. curves.Select(curve => new ChartSeries(curve.Method, [.. curve.Errors.Select((error, i) => (100 - kept[i], error))]))]);
        return new ReproductionFigure("first-layer", chart.ToSvg(),
            "Test error while the first layer alone is pruned until nothing is left. APoZ removes whole units, the most often zero first.");
    }

    private static string Text(double value) => GradualMagnitudeExperiment.Text(value);

    private IReadOnlyList<double[]> Measure() =>
        LayerwiseObs.Sensitivities(net.Dense, LayerHessian.ComputeAll(net.Dense, net.Train, cancellation: run.Cancellation));

    /// <summary>The units of the first layer, those that are zero most often first.</summary>
    private int[] ZeroOrder()
    {
        double[] activity = new ZeroActivationCriterion().Score(
            new PruningContext(net.Dense, net.Train, PublishedLeNet.Loss), cancellation: run.Cancellation)[1];
        return [.. Enumerable.Range(0, activity.Length).OrderBy(unit => activity[unit]).ThenBy(unit => unit)];
    }

    /// <summary>A copy without the first units of an order: weights and biases are gone, so that they give zero.</summary>
    private TrainableNetwork WithoutUnits(int[] order, int count)
    {
        TrainableNetwork network = net.Dense.Clone();
        var layer = (TrainableDense)network.Layers[0];
        var mask = new uint[layer.Weights.Values.Length];
        Array.Fill(mask, Parameter.Live);
        foreach (int unit in order.AsSpan(0, count))
        {
            mask.AsSpan(unit * layer.Weights.Columns, layer.Weights.Columns).Clear();
            layer.Biases.Values[unit] = 0;
        }

        layer.Weights.Freeze(mask);
        return network;
    }

    private sealed record Tolerance(double Largest, double[] Removed, int Weights, double Error);

    private sealed record Curve(string Method, List<double> Errors);
}
