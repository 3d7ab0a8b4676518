using Espalier.Cli.Reproduction.Experiments.GradualMagnitude;
using Espalier.Reporting;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>Gradual magnitude pruning where the data are harder: Fashion-MNIST, for whose perceptrons no table is published.</summary>
internal sealed class FashionExperiment : Experiment
{
    /// <summary>
    /// On the last 10,000 training images, at 12x: 10.37 % as they are (L2 5e-4 10.32, 1e-3 10.37, 2e-3 11.21; taught by three dense
    /// networks 10.33), with mirrored ones 9.98; at 20x 10.21. The dense network has 10.13 there.
    /// </summary>
    private static readonly (GradualRecipe Recipe, double Bar)[] s_all =
    [
        (new(12, "magnitude", 2e-4, 20, 20), 10.1), (new(20, "magnitude", 2e-4, 20, 30), 10.4),
        (new(40, "magnitude", 2e-4, 30, 30), 10.9), (new(68, "magnitude", 2e-4, 40, 40), 11.4),
    ];

    public override string Name => "fashion";

    public override string Title => "Gradual magnitude pruning of LeNet-300-100 on Fashion-MNIST";

    public override string Source =>
        "Data: Xiao, Rasul, Vollgraf 2017. No paper prints pruned perceptrons on them, so the bars are our own. The recipe of MNIST, " +
        "once with the images as they are (one seed), once with each mirrored too in half the epochs, which is as many steps (mean of " +
        "three seeds); test error in percent after the last step; weights are counted without biases.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var net = new LeNet(run, "fashion-mnist");
        run.Stage(0, 0.1, "dense network");
        double dense = net.TestError(net.Dense(1));
        var rows = new List<ReproductionRow> { ReproductionRow.Note("dense, 20 epochs", null, GradualMagnitudeExperiment.Text(dense)) };
        List<(double, double)> plain = [], mirrored = [];
        for (int i = 0; i < s_all.Length; i++)
        {
            (GradualRecipe recipe, double bar) = s_all[i];
            run.Stage(0.1 + 0.9 * i / s_all.Length, 0.1 + 0.9 * (i + 1) / s_all.Length, recipe.Words);
            string what = $"{recipe.Ratio:0}x ({net.Count(recipe.Ratio)} weights)";
            double asTheyAre = net.TestError(net.Gradual(recipe));
            rows.Add(ReproductionRow.Note($"{what}, images as they are", null, GradualMagnitudeExperiment.Text(asTheyAre)));
            plain.Add((recipe.Ratio, asTheyAre));

            GradualRecipe longer =
                recipe with { Mirrored = true, PruningEpochs = recipe.PruningEpochs / 2, TuningEpochs = recipe.TuningEpochs / 2 };
            double[] errors = [.. GradualMagnitudeExperiment.SeedsOf(run)
                .Select(seed => net.TestError(net.Gradual(longer with { Seed = seed })))];
            rows.Add(GradualMagnitudeExperiment.Bar(
                run, $"{what}, mirrored too, {GradualMagnitudeExperiment.Mean(errors)}", null, bar, errors.Average()));
            mirrored.Add((recipe.Ratio, errors.Average()));
        }

        var chart = new LineChart(
            "LeNet-300-100 on Fashion-MNIST: test error against the ratio",
            new Axis("weights of the dense network for one that is left", Logarithmic: true),
            new Axis("test error, %"),
            [
                new ChartSeries("images as they are", plain),
                new ChartSeries("mirrored too", mirrored),
                new ChartSeries("bar", [.. s_all.Select(one => (one.Recipe.Ratio, one.Bar))], Dashed: true),
                new ChartSeries("dense", [(s_all[0].Recipe.Ratio, dense), (s_all[^1].Recipe.Ratio, dense)], Dashed: true),
            ]);
        return new ReproductionResult(rows, [], [new ReproductionFigure("frontier", chart.ToSvg(), "Test error against the ratio.")]);
    }
}
