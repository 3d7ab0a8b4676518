using Espalier.Reporting;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>Gradual magnitude pruning where the data are harder: Fashion-MNIST, for whose perceptrons no table is published.</summary>
internal sealed class FashionExperiment : Experiment
{
    public override string Name => "fashion";

    public override string Title => "Gradual magnitude pruning of LeNet-300-100 on Fashion-MNIST";

    public override string Source =>
        "Data: Xiao, Rasul, Vollgraf 2017. No paper prints pruned perceptrons on them, so the bars are our own. The recipe is that of MNIST, " +
        "unchanged; test error in percent after the last step, one seed; weights are counted without biases.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var net = new LeNet(run, "fashion-mnist");
        run.Stage(0, 0.1, "dense network");
        double dense = net.TestError(net.Dense(1));
        var rows = new List<ReproductionRow> { ReproductionRow.Note("dense, 20 epochs", null, GradualMagnitudeExperiment.Text(dense)) };
        (GradualRecipe Recipe, double Bar)[] all =
        [
            (new(12, "magnitude", 2e-4, 20, 20), 10.1), (new(20, "magnitude", 2e-4, 20, 30), 10.4),
            (new(40, "magnitude", 2e-4, 30, 30), 10.9), (new(68, "magnitude", 2e-4, 40, 40), 11.4),
        ];
        var points = new List<(double, double)>();
        for (int i = 0; i < all.Length; i++)
        {
            (GradualRecipe recipe, double bar) = all[i];
            run.Stage(0.1 + 0.9 * i / all.Length, 0.1 + 0.9 * (i + 1) / all.Length, recipe.Words);
            double error = net.TestError(net.Gradual(recipe));
            rows.Add(GradualMagnitudeExperiment.Bar(run, $"{recipe.Ratio:0}x ({LeNet.Count(recipe.Ratio)} weights)", null, bar, error));
            points.Add((recipe.Ratio, error));
        }

        var chart = new LineChart(
            "LeNet-300-100 on Fashion-MNIST: test error against the ratio",
            new Axis("weights of the dense network for one that is left", Logarithmic: true),
            new Axis("test error, %"),
            [
                new ChartSeries("gradual magnitude", points),
                new ChartSeries("bar", [.. all.Select(one => (one.Recipe.Ratio, one.Bar))], Dashed: true),
                new ChartSeries("dense", [(all[0].Recipe.Ratio, dense), (all[^1].Recipe.Ratio, dense)], Dashed: true),
            ]);
        return new ReproductionResult(rows, [], [new ReproductionFigure("frontier", chart.ToSvg(), "Test error against the ratio.")]);
    }
}
