using Espalier.Cli.Reproduction.Experiments.Filters;
using Espalier.Cli.Reproduction.Experiments.L0;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>
/// What training under noise leaves of LeNet-5 on MNIST: sparse variational dropout, and L0 gates on filters and inputs. All settings were
/// chosen on the last 5,000 training images, as <see cref="NoisyLeNet"/> says; the test set is looked at once, in the end.
/// </summary>
internal sealed class L0LeNet5Experiment : Experiment
{
    private const string PerLayer = "L0, lambda per layer", Variational = "sparse variational dropout";
    private const double PublishedRatio = 280, PublishedError = 0.75;

    /// <summary>What the convolutions and the dense layers cost a weight.</summary>
    private static readonly double[] s_lambda = [0, 1, 0.1, 1];

    private static readonly int[] s_layerWeights = [500, 25_000, 400_000, 5_000];

    private static readonly FilterRival s_rival = new(PerLayer, "9-18-65-25", 1.0);

    public override string Name => "l0-lenet5";

    public override string Title => "Sparse variational dropout and L0 gates: what noisy training leaves of LeNet-5 (Caffe) on MNIST";

    public override string Source =>
        "Molchanov, Ashukha, Vetrov 2017, table 1 (280x at 0.75 %, layers 67, 98, 99.8 and 95 % empty; dense 0.80 %); Louizos, Welling, " +
        "Kingma 2018, table 1 (hard-concrete gates; filters, inputs of the first dense layer, and units that are left). Test error in " +
        "percent after the last step; weights are counted without biases; one seed.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var lenet = new NoisyLeNet(run, NoisyPlan.LeNet5);
        run.Stage(0, 0.6, Variational);
        NoisyOutcome variational = lenet.Variational("variational", 60);
        run.Stage(0.6, 1, PerLayer);
        NoisyOutcome gated = lenet.Gated("l0-per-layer", s_lambda, 40);

        (string Name, NoisyOutcome Outcome)[] all = [(Variational, variational), (PerLayer, gated)];
        var report = new NoisyReport("LeNet-5", lenet.DenseWeights);
        ReproductionRow[] rows = Rows(report, variational, gated);
        return new ReproductionResult(
            run.Quick ? [.. rows.Select(row => row with { Bar = null, Holds = null })] : rows,
            [Table(report, all), Kept(variational)],
            [
                report.Weights(all, gated),
                NoisyReport.Units(gated, ["filters of the first convolution", "inputs of the first dense layer", "units"]),
                report.Errors(all[1..]),
            ]);
    }

    private static ReproductionRow[] Rows(NoisyReport report, NoisyOutcome variational, NoisyOutcome gated) =>
    [
        ReproductionRow.AtLeast($"{Variational}: dense weights for one that is left", NoisyReport.Text(PublishedRatio, "0"),
            PublishedRatio, report.Ratio(variational), "0.0"),
        ReproductionRow.AtMost($"{Variational}: test error, as trained", NoisyReport.Text(PublishedError), PublishedError, variational.Error),
        ReproductionRow.Note($"{Variational}: test error, survivors fine-tuned without noise", null, NoisyReport.Text(variational.TunedError)),
        ReproductionRow.Note($"{Variational}: filters, inputs of the first dense layer, units", "14-19-242-131 at 1.0 % (Louizos et al.)",
            variational.Sizes),
        ReproductionRow.AtMost($"{PerLayer}: weights of the dense network that is left ({gated.Sizes})",
            $"{s_rival.Weights} ({s_rival.Sizes})", s_rival.Weights, gated.Weights, "0"),
        ReproductionRow.AtMost($"{PerLayer}: test error, as trained", NoisyReport.Text(s_rival.Error, "0.0"), s_rival.Error, gated.Error),
        ReproductionRow.Note($"{PerLayer}: test error, survivors fine-tuned without gates", null, NoisyReport.Text(gated.TunedError)),
    ];

    private static ReproductionTable Table(NoisyReport report, (string Name, NoisyOutcome Outcome)[] all) => new(
        "What is left, published and here",
        ["method", "sizes", "weights", "ratio", "error, as trained", "error, fine-tuned"],
        [
            [Variational + ", published by Molchanov et al.", "", "", NoisyReport.Text(PublishedRatio, "0.0"), NoisyReport.Text(PublishedError), ""],
            [Variational + ", published by Louizos et al.", "14-19-242-131", "", "", "1.0", ""],
            [PerLayer + ", published", s_rival.Sizes, SummaryTable.Number(s_rival.Weights), "", NoisyReport.Text(s_rival.Error, "0.0"), ""],
            ["L0, lambda = 0.1 / N, published", "20-25-45-462", "", "", "0.9", ""],
            .. all.Select(one => (string[])[one.Name, one.Outcome.Sizes, .. report.Cells(one.Outcome)]),
        ]);

    private static ReproductionTable Kept(NoisyOutcome variational) => new(
        "Weights kept by variational dropout in each layer, in percent",
        ["", "conv1", "conv2", "fc1", "fc2"],
        [
            ["Molchanov et al.", "33", "2", "0.2", "5"],
            ["ours", .. variational.Layers.Zip(s_layerWeights, (layer, dense) => NoisyReport.Text(100.0 * layer.Weights / dense))],
        ]);
}
