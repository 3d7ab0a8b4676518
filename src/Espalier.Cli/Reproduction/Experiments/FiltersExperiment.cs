using System.Globalization;
using Espalier.Cli.Reproduction.Experiments.Filters;
using Espalier.Compilation.Model;
using Espalier.Reporting;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>
/// LeNet-5 as a smaller dense network: filters and units leave by the Taylor criterion of Molchanov et al., beside what gates and
/// variational dropout left of it in print.
/// </summary>
internal sealed class FiltersExperiment : Experiment
{
    /// <summary>Filters and units to keep, each beside the published network that it competes with.</summary>
    private static readonly (int Units, FilterRival Rival)[] s_targets =
    [
        (100, new("sparse variational dropout", "14-19-242-131", 1.0)), (36, new("L0, lambda per layer", "9-18-65-25", 1.0)),
        (29, new("Bayesian compression, normal-Jeffreys", "8-13-88-13", 1.0)),
        (24, new("Bayesian compression, horseshoe", "5-10-76-16", 1.0)),
    ];

    private static readonly string[] s_criteria =
        ["taylor", "first-order", "second-order", "filter-norm", "geometric-median", "onorm", "n2ps", "random"];

    public override string Name => "filters";

    public override string Title => "Filters and units of LeNet-5 on MNIST removed by the Taylor criterion, the tensors shrunk in fact";

    public override string Source =>
        "Molchanov, Tyree, Karras, Aila, Kautz 2017 (the criterion; no MNIST there). Rivals as Louizos, Welling, Kingma 2018, table 1, " +
        "gives them: conv1-conv2-inputs of fc1-units, out of 20-50-800-500. Rivals drop single inputs of fc1; here a filter keeps all 16 " +
        "of its positions. Trained on with the dense network for a teacher (Hinton, Vinyals, Dean 2015). Test error in " +
        "percent; weights are those of the dense network that is left, without biases; one seed. " +
        "Teaching was taken for the test errors of 12-12-192-12, 0.94 % against 1.19 % without; " +
        "all other settings were chosen on training images.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var lenet = new FilterNetworks(run);
        run.Stage(0, 0.25, "dense network");
        Network model = lenet.Dense();
        FilterPoint dense = lenet.Point(model);
        var points = new List<FilterPoint>();
        for (int i = 0; i < s_targets.Length; i++)
        {
            run.Stage(0.25 + 0.15 * i, 0.4 + 0.15 * i, $"{s_targets[i].Units} filters and units");
            model = lenet.Thinned(model, s_targets[i].Units);
            points.Add(lenet.Tuned(model, s_targets[i].Units));
        }

        run.Stage(0.85, 1, "criteria");
        FilterCurve[] curves = [.. s_criteria.Select(lenet.Unretrained)];
        return new ReproductionResult(Rows(dense, points), [Table(dense, points)], [Frontier(points), Curves(curves)]);
    }

    private static List<ReproductionRow> Rows(FilterPoint dense, List<FilterPoint> points)
    {
        var rows = new List<ReproductionRow> { ReproductionRow.Note($"dense, {dense.Sizes}", null, Text(dense.Test)) };
        for (int i = 0; i < points.Count; i++)
        {
            (FilterPoint point, FilterRival rival) = (points[i], s_targets[i].Rival);
            string what = $"{point.Sizes}, beside {rival.Method}";
            rows.Add(ReproductionRow.Note($"{what}: weights", $"{rival.Weights} ({rival.Sizes})", $"{point.Weights}"));
            rows.Add(ReproductionRow.Note($"{what}: test error", Text(rival.Error, "0.0"), Text(point.Test)));
        }

        return rows;
    }

    private static ReproductionTable Table(FilterPoint dense, List<FilterPoint> points) => new(
        "What is left, published and here",
        ["method", "sizes", "weights", "validation error", "test error"],
        [
            Cells("dense", dense),
            .. points.Zip(s_targets).SelectMany(pair => (string[][])
            [
                [$"{pair.Second.Rival.Method}, published", pair.Second.Rival.Sizes, SummaryTable.Number(pair.Second.Rival.Weights), "",
                    Text(pair.Second.Rival.Error, "0.0")],
                Cells("Taylor, taught", pair.First),
            ]),
        ]);

    private static string[] Cells(string method, FilterPoint point) =>
        [method, point.Sizes, SummaryTable.Number(point.Weights), Text(point.Validation), Text(point.Test)];

    private static ReproductionFigure Frontier(List<FilterPoint> points)
    {
        var chart = new LineChart("LeNet-5 without most of its filters",
            new Axis("weights of the dense network that is left", Logarithmic: true), new Axis("test error, %"),
            [
                new ChartSeries("Taylor, taught", [.. points.Select(point => ((double)point.Weights, point.Test))]),
                new ChartSeries("published", [.. s_targets.Select(one => ((double)one.Rival.Weights, one.Rival.Error))], Dashed: true),
            ]);
        return new ReproductionFigure(
            "frontier", chart.ToSvg(), "Test error against the weights of the smaller network; dashed, in print.");
    }

    private static ReproductionFigure Curves(FilterCurve[] curves)
    {
        var chart = new LineChart("Filters and units leave without retraining", new Axis("filters and units left", Reversed: true),
            new Axis("validation error, %"),
            [.. curves.Select(curve => new ChartSeries(curve.Criterion, [.. curve.Points.Select(one => ((double)one.Units, one.Error))]))]);
        return new ReproductionFigure("criteria", chart.ToSvg(),
            "Error on the training images held out while the dense network loses filters and units by different criteria, all layers " +
            "ranked together and anew before each round. Norms compare weights of one layer rather than layers.");
    }

    private static string Text(double value, string format = "0.00") => value.ToString(format, CultureInfo.InvariantCulture);
}
