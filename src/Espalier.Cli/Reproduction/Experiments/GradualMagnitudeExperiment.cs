using Espalier.Cli.Reproduction.Experiments.GradualMagnitude;
using Espalier.Compilation.Model;
using Espalier.Pruning;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>
/// How far LeNet-300-100 on MNIST can be pruned by scores as simple as |w| when they are applied while it trains. All settings were fixed
/// on the last 10,000 training images; the networks here learn from all 60,000, and the test set is looked at once.
/// </summary>
internal sealed class GradualMagnitudeExperiment : Experiment
{
    private const ulong Seeds = 3;

    private static readonly GradualRecipe s_68x = new(68, "magnitude", 2e-4, 40, 40);

    /// <summary>What the papers say: weights for one that is left, and test error in percent.</summary>
    private static readonly (double Ratio, double Error)[] s_published =
        [(12, 1.59), (20, 2.18), (23, 1.94), (56, 1.99), (65, 1.96), (68, 1.92)];

    public override string Name => "gradual-magnitude";

    public override string Title => "Gradual magnitude pruning of LeNet-300-100 on MNIST, and its relatives";

    public override string Source =>
        "Han et al. 2015; Zhu and Gupta 2017 (the cubic schedule); Lee et al. 2021 (LAMP); Guo et al. 2016 (surgery); Lee et al. 2019 " +
        "(SNIP); Frankle and Carbin 2019 (lottery tickets). Published points: 12x Han, 20x LC toolkit, 23x soft weight sharing, 56x " +
        "dynamic network surgery, 65x L-OBS, 68x sparse variational dropout; the highest published ratio is 114x (OLMP, Li et al. 2018). " +
        "Test error in percent after the last step; weights are counted without biases.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var net = new LeNet(run, "mnist");
        var rows = new List<ReproductionRow>();
        run.Stage(0, 0.05, "dense networks");
        double[] dense = [.. SeedsOf(run).Select(seed => net.TestError(net.Dense(seed)))];
        rows.Add(ReproductionRow.Note($"dense, 20 epochs, {Mean(dense)}", "1.64 (Han)", Text(dense.Average())));
        List<(double, double)> plain = AddGradual(run, net, rows);
        List<(double, double)> record = AddRecord(run, net, rows);
        run.Stage(0.75, 1, "relatives");
        rows.AddRange(MagnitudeRelatives.Rows(run, net, dense.Average()));
        run.Stage(1, 1, "one shot");

        var chart = new LineChart(
            "LeNet-300-100 on MNIST: test error against the ratio",
            new Axis("weights of the dense network for one that is left", Logarithmic: true),
            new Axis("test error, %"),
            [
                new ChartSeries("gradual", plain),
                new ChartSeries("gradual, higher rate, taught", record),
                new ChartSeries("published", s_published, Dashed: true),
                new ChartSeries("dense", [(plain[0].Item1, dense.Average()), (record[^1].Item1, dense.Average())], Dashed: true),
            ]);
        return new ReproductionResult(rows, [OneShot(net)], [new ReproductionFigure("frontier", chart.ToSvg(),
            "Test error against the ratio of dense to surviving weights: gradual pruning at the usual rate, at a higher one with targets " +
            "from dense networks, and what papers print.")]);
    }

    /// <summary>A row's bar, or on the small scale just the figure.</summary>
    internal static ReproductionRow Bar(ExperimentRun run, string what, string? published, double bar, double ours) =>
        run.Quick ? ReproductionRow.Note(what, published, Text(ours)) : ReproductionRow.AtMost(what, published, bar, ours);

    internal static string Text(double value) => FormattableString.Invariant($"{value:0.00}");

    /// <summary>The seeds of a mean; one of them on the small scale.</summary>
    internal static IEnumerable<ulong> SeedsOf(ExperimentRun run) =>
        Enumerable.Range(1, run.Quick ? 1 : (int)Seeds).Select(seed => (ulong)seed);

    /// <summary>What a figure is the mean of, in words.</summary>
    internal static string Mean(double[] errors) =>
        errors.Length == 1 ? "seed 1" : $"mean of {errors.Length} seeds ({string.Join(", ", errors.Select(Text))})";

    private static List<(double Ratio, double Error)> AddGradual(ExperimentRun run, LeNet net, List<ReproductionRow> rows)
    {
        (GradualRecipe Recipe, string? Published, double Bar)[] all =
        [
            (new(12, "magnitude", 1e-4, 20, 20), "1.59 (Han)", 1.55),
            (new(20, "magnitude", 1e-4, 20, 30), "2.18 (LC toolkit)", 1.55),
            (new(40, "magnitude", 2e-4, 30, 30), null, 1.75),
            (s_68x, "1.92 (sparse variational dropout)", 1.87),
            (new(114, "lamp", 2e-4, 60, 60), "114x is the highest published ratio (OLMP)", 2.05),
        ];
        run.Stage(0.05, 0.07, "dense control");
        double control = net.TestError(net.Gradual(new(1, "magnitude", 1e-4, 20, 20)));
        rows.Add(ReproductionRow.Note("dense control: the same 20 + 20 epochs, nothing removed", null, Text(control)));
        var points = new List<(double, double)>();
        for (int i = 0; i < all.Length; i++)
        {
            run.Stage(0.07 + 0.08 * i, 0.15 + 0.08 * i, all[i].Recipe.Words);
            ulong[] seeds = all[i].Recipe == s_68x ? [.. SeedsOf(run)] : [1];
            double[] errors = [.. seeds.Select(seed => net.TestError(net.Gradual(all[i].Recipe with { Seed = seed })))];
            rows.Add(Bar(run, $"{all[i].Recipe.Ratio:0}x, {all[i].Recipe.Criterion}, {Mean(errors)}", all[i].Published, all[i].Bar,
                errors.Average()));
            points.Add((all[i].Recipe.Ratio, errors.Average()));
        }

        double seconds = net.Seconds(s_68x.Name, s_68x.Words);
        rows.Add(run.Quick
            ? ReproductionRow.Note("processor time of a 68x run, s, all cores", null, $"{seconds:0}")
            : ReproductionRow.AtMost("processor time of a 68x run, s, all cores (2 minutes on two)", null, 240, seconds, "0"));
        return points;
    }

    /// <summary>
    /// The recipe beyond the record. What decides it is the rate: at 150x the few weights that are left take large steps well. On the last
    /// 10,000 training images (one seed each): 60 + 60 epochs at the usual rate 2.55 %, with targets from three dense networks 2.36, and at
    /// twice the rate 2.08. At four times the rate 2.26, and 2.15 with 30 + 30 epochs (2.19 without teachers); three times the L2 term
    /// 2.31.
    /// </summary>
    private static List<(double Ratio, double Error)> AddRecord(ExperimentRun run, LeNet net, List<ReproductionRow> rows)
    {
        var points = new List<(double, double)>();
        (double Ratio, double? Bar)[] ratios = [(68, null), (114, null), (150, 2.1), (200, null)];
        for (int i = 0; i < ratios.Length; i++)
        {
            (double ratio, double? bar) = ratios[i];
            run.Stage(0.47 + 0.07 * i, 0.54 + 0.07 * i, $"record, {ratio:0}x");
            ulong[] seeds = bar is null ? [1] : [.. SeedsOf(run)];
            double[] errors = [.. seeds.Select(seed => net.TestError(net.Gradual(Record(ratio, seed))))];
            string what = $"record: {ratio:0}x ({net.Count(ratio)} weights), LAMP, {Mean(errors)}";
            rows.Add(bar is double limit
                ? Bar(run, what, "nothing printed beyond 114x", limit, errors.Average())
                : ReproductionRow.Note(what, null, Text(errors.Average())));
            points.Add((ratio, errors.Average()));
        }

        return points;
    }

    private static GradualRecipe Record(double ratio, ulong seed) => new(ratio, "lamp", 2e-4, 60, 60, seed, Rate: 3e-3, Teachers: 3);

    /// <summary>Pruned at once without retraining, at the layer ratios of the papers.</summary>
    private static ReproductionTable OneShot(LeNet net)
    {
        (string Kept, double[] Fractions)[] all =
        [
            ("30/30/70 %", [0.3, 0.3, 0.7]), ("20/20/65 %", [0.2, 0.2, 0.65]), ("10/20/65 %", [0.1, 0.2, 0.65]),
            ("8/9/26 % (Han)", [0.08, 0.09, 0.26]), ("6.7/20/65 % (L-OBS)", [0.067, 0.2, 0.65]),
        ];
        string[] criteria = ["magnitude", "activation-magnitude", "lookahead", "random"];
        int[] sizes = [784 * 300, 300 * 100, 100 * 10];
        Network dense = net.Dense(1);
        var rows = new List<string[]>();
        foreach ((string kept, double[] fractions) in all)
        {
            RemovalBudget budget = RemovalBudget.PerLayer([.. sizes.Select((size, i) => (int)Math.Round(size * fractions[i]))]);
            rows.Add(
            [
                kept, FormattableString.Invariant($"{100.0 * budget.Keep / LeNet.Weights:0.0}"),
                .. criteria.Select(name => Error(name, budget)), Error("magnitude", new RemovalBudget(budget.Keep, PruningScope.Global)),
                Error("lamp", new RemovalBudget(budget.Keep, PruningScope.Global)),
            ]);
        }

        return new ReproductionTable(
            "Pruned at once, no retraining: test error in percent",
            ["kept by layer", "in all, %", "magnitude", "w^2 E[x^2]", "lookahead", "chance", "magnitude, global", "LAMP, global"], rows);

        string Error(string criterion, RemovalBudget budget)
        {
            var network = TrainableNetwork.FromNetwork(dense);
            CriterionCatalog.Create(criterion).Remove(new PruningContext(network, net.Train, LossKind.CategoricalCrossEntropy), budget);
            return Text(net.TestError(network.ToNetwork()));
        }
    }
}
