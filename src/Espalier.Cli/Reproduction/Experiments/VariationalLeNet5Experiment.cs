using Espalier.Cli.Reproduction.Experiments.L0;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>
/// What sparse variational dropout leaves of LeNet-5 on MNIST. All settings were chosen on the last 5,000 training images, as
/// <see cref="NoisyPlan.LeNet5"/> says; the network here learns from all images, and the test set is looked at once, in the end.
/// </summary>
internal sealed class VariationalLeNet5Experiment : Experiment
{
    private const string Method = "sparse variational dropout";
    private const double PublishedRatio = 280, PublishedError = 0.75, ErrorBar = 1.0;

    /// <summary>The weights of the layers of the dense network, and what the paper keeps of them in percent.</summary>
    private static readonly (string Name, int Weights, string Published)[] s_layers =
        [("conv1", 500, "33"), ("conv2", 25_000, "2"), ("fc1", 400_000, "0.2"), ("fc2", 5_000, "5")];

    public override string Name => "variational-lenet5";

    public override string Title => "Sparse variational dropout: what noisy training leaves of LeNet-5 (Caffe) on MNIST";

    public override string Source =>
        "Molchanov, Ashukha, Vetrov 2017, table 1 (280x at 0.75 %, layers 67, 98, 99.8 and 95 % empty; dense 0.80 %; 200 epochs); " +
        "Louizos, Welling, Kingma 2018, table 1 (filters, inputs of the first dense layer and units that are left). Test error in " +
        "percent after the last step; weights are counted without biases; one seed.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var lenet = new NoisyLeNet(run, NoisyPlan.LeNet5);
        run.Stage(0, 1, Method);
        NoisyOutcome outcome = lenet.Variational("variational", 40);
        var report = new NoisyReport("LeNet-5", lenet.DenseWeights);
        ReproductionRow[] rows =
        [
            ReproductionRow.Note("dense weights for one that is left", NoisyReport.Text(PublishedRatio, "0"),
                NoisyReport.Text(report.Ratio(outcome), "0.0")),
            ReproductionRow.Note("test error, as trained", NoisyReport.Text(PublishedError), NoisyReport.Text(outcome.Error)),
            ReproductionRow.AtMost("test error, survivors fine-tuned without noise", "1.0 (Louizos et al.)", ErrorBar, outcome.TunedError),
            ReproductionRow.Note("filters, inputs of the first dense layer, units",
                "14-19-242-131 at 1.0 % (Louizos et al.)", outcome.Sizes),
        ];
        var kept = new ReproductionTable("Weights kept in each layer, in percent",
            ["", .. s_layers.Select(layer => layer.Name), "ratio", "error, as trained", "error, fine-tuned"],
            [
                ["Molchanov et al.", .. s_layers.Select(layer => layer.Published), NoisyReport.Text(PublishedRatio, "0.0"),
                    NoisyReport.Text(PublishedError), ""],
                ["ours", .. s_layers.Zip(outcome.Layers, (layer, left) => NoisyReport.Text(100.0 * left.Weights / layer.Weights)),
                    NoisyReport.Text(report.Ratio(outcome), "0.0"), NoisyReport.Text(outcome.Error), NoisyReport.Text(outcome.TunedError)],
            ]);
        return new ReproductionResult(
            run.Quick ? [.. rows.Select(row => row with { Bar = null, Holds = null })] : rows,
            [kept], [report.Weights([(Method, outcome)])]);
    }
}
