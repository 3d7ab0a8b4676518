using System.Globalization;
using Espalier.Cli.Reproduction.Experiments.LeNet5;
using Espalier.Cli.Reproduction.Experiments.Lobs;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Layerwise;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>
/// Layer-wise OBS on LeNet-5 in Caffe's form: its moments of patches choose and move the weights of convolutions, and little retraining is
/// asked for. The network is our own, the authors did not publish theirs. Moments are of the first 10,000 training images, which have
/// 640,000 patches for the 501 values of the second layer. Retraining is Adam with batches of 200, and otherwise as the dense network was
/// trained, with twice the rate for the larger batches.
/// </summary>
internal sealed class LobsLeNet5Experiment : Experiment
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;
    private const int BatchSize = 200, PublishedSteps = 740, StageSteps = 420, QuickSteps = 5, Seeds = 3, SmallStages = 4;
    private const int Measured = 10_000, QuickMeasured = 300;
    private const double Rate = 2e-3, Decay = 1e-4;

    private static readonly LightRetraining s_retraining = new(BatchSize, Decay, Rate);

    /// <summary>Kept in the layers, in percent: by one stage, by the first of two, by the last.</summary>
    private static readonly double[] s_kept = [54, 43, 6, 25], s_firstKept = [60, 60, 6, 30], s_lastKept = [20, 1, 0.9, 8];

    private static readonly (string Name, PruningCriterion Criterion)[] s_methods =
    [
        ("L-OBS", new LayerwiseObs()), ("ExactOBS + LS", new ExactObs()), ("w^2 E[x^2]", new ActivationMagnitudeCriterion()),
        ("magnitude", new MagnitudeCriterion()),
    ];

    public override string Name => "lobs-lenet-5";

    public override string Title => "Layer-wise OBS and ExactOBS on LeNet-5, before and after little retraining";

    public override string Source =>
        "Dong, Chen and Pan 2017, Learning to prune deep neural networks via layer-wise optimal brain surgeon, Tables 1, 3 and 4; " +
        "Frantar, Singh and Alistarh 2022, Optimal brain compression (ExactOBS). Test error in percent; kept weights of the four " +
        "layers in percent; one iteration is a batch of 200.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var images = new ImageNetworks(run, "mnist");
        run.Stage(0, 0.3, "dense network");
        Network model = images.Dense("lenet-5-caffe", 1);
        TrainableNetwork dense = TrainableNetwork.FromNetwork(model);
        var rows = new List<ReproductionRow>
        {
            ReproductionRow.Note("dense network, 430,500 weights", "1.27", Text(images.TestError(model))),
        };
        var paths = new List<ChartSeries>();
        for (int i = 0; i < s_methods.Length; i++)
        {
            run.Stage(0.3 + 0.1 * i, 0.3 + 0.1 * (i + 1), s_methods[i].Name);
            Retrained outcome = OneStage(run, images, dense, i);
            paths.Add(new ChartSeries(s_methods[i].Name, [.. outcome.Paths[0].Select(point => ((double)point.Step, point.Error))]));
            AddRows(run, rows, s_methods[i].Name, outcome);
        }

        // A trace of the third layer takes 4 s: the small scale does with one.
        for (int i = 0; i < (run.Quick ? 1 : 2); i++)
        {
            run.Stage(0.7 + 0.15 * i, 0.85 + 0.15 * i, $"{s_methods[i].Name} in stages");
            AddStages(run, images, dense, i, rows);
        }

        paths.Add(new ChartSeries("L-OBS, printed", [(0, 3.21), (PublishedSteps, 1.27)], Dashed: true));
        var chart = new LineChart(
            "LeNet-5: retraining at 54/43/6/25 %", new Axis("iterations"), new Axis("test error, %", Logarithmic: true), paths);
        return new ReproductionResult(rows, [], [new ReproductionFigure("retraining", chart.ToSvg(),
            "Test error while the survivors are retrained, seed 1. " +
            "The second derivatives of the convolutions are moments of their patches.")]);
    }

    private static Retrained OneStage(ExperimentRun run, ImageNetworks images, TrainableNetwork dense, int method) =>
        run.Part($"one-stage-{method}", Recipe(run, $"{s_methods[method].Name}, {Words(s_kept)}"), () =>
        {
            TrainableNetwork pruned = dense.Clone();
            s_methods[method].Criterion.Remove(
                new PruningContext(pruned, Samples(run, images), Loss), Keep(dense, s_kept), run.Cancellation);
            return new Retrained(pruned.LiveWeightCount,
            [
                .. Enumerable.Range(1, run.Quick || method > 1 ? 1 : Seeds).Select(seed => s_retraining.Run(
                    run, pruned.Clone(), images.Train, run.Quick ? QuickSteps : PublishedSteps, (ulong)seed, Error(images))),
            ]);
        });

    private static void AddRows(ExperimentRun run, List<ReproductionRow> rows, string name, Retrained outcome)
    {
        (double start, double end) = (outcome.Paths[0][0].Error, outcome.Paths.Average(path => path[^1].Error));
        string before = FormattableString.Invariant($"{name}, {Words(s_kept)} % ({outcome.Weights:#,0} weights), before retraining");
        string after = $"{name}, after {outcome.Paths[0][^1].Step} iterations, " +
            $"mean of ({Ends(outcome.Paths.Select(path => path[^1].Error))})";
        bool hasBar = !run.Quick && name is ("L-OBS" or "ExactOBS + LS");
        string? printedStart = name switch { "L-OBS" => "3.21", "magnitude" => "89.55", _ => null };
        string? printedEnd = name switch { "L-OBS" => "1.27 after 740", "magnitude" => "1.36 after 96,000", _ => null };
        rows.Add(hasBar
            ? ReproductionRow.AtMost(before, printedStart, 3.21, start)
            : ReproductionRow.Note(before, printedStart, Text(start)));
        rows.Add(hasBar ? ReproductionRow.AtMost(after, printedEnd, 1.27, end) : ReproductionRow.Note(after, printedEnd, Text(end)));
    }

    /// <summary>The two stages of Tables 3 and 4; and the same way in several even stages, each retrained lightly.</summary>
    private static void AddStages(
        ExperimentRun run, ImageNetworks images, TrainableNetwork dense, int method, List<ReproductionRow> rows)
    {
        (string name, PruningCriterion criterion) = s_methods[method];
        (string? Before, string? After) printed = name == "L-OBS" ? ("2.04", "1.66 after 841 in all") : (null, null);
        foreach (int more in run.Quick || method > 0 ? (int[])[1] : [1, SmallStages])
        {
            Retrained outcome = run.Part($"stages-{method}-{more}", Recipe(run, $"{name}, {more} stages"), () =>
                Stages(run, images, dense, criterion, more));
            List<PathPoint> path = outcome.Paths[0];
            string way = more == 1 ? "at once" : $"in {more} even stages";
            string kept = FormattableString.Invariant(
                $"{name}, {Words(s_firstKept)} %, retrained, then {Words(s_lastKept)} % ({outcome.Weights:#,0} weights) {way}");
            rows.Add(ReproductionRow.Note($"{kept}: before the last retraining", printed.Before, Text(path[0].Error)));
            int last = path[^1].Step;
            string after = FormattableString.Invariant($"and after {last} iterations, {last * (more + 1):#,0} in all");
            rows.Add(run.Quick || more == 1
                ? ReproductionRow.Note(after, printed.After, Text(path[^1].Error))
                : ReproductionRow.AtMost(after, printed.After, 1.66, path[^1].Error));
        }
    }

    private static Retrained Stages(ExperimentRun run, ImageNetworks images, TrainableNetwork dense, PruningCriterion criterion, int more)
    {
        TrainableNetwork network = dense.Clone();
        List<PathPoint> path = [];
        for (int stage = 0; stage <= more; stage++)
        {
            double way = (double)stage / more;
            double[] kept = [.. s_firstKept.Zip(s_lastKept, (first, last) => first * Math.Pow(last / first, way))];
            criterion.Remove(new PruningContext(network, Samples(run, images), Loss), Keep(dense, kept), run.Cancellation);
            int steps = run.Quick ? QuickSteps : StageSteps;
            path = s_retraining.Run(run, network, images.Train, steps, (ulong)(stage + 1), Error(images));
        }

        return new Retrained(network.LiveWeightCount, [path]);
    }

    /// <summary>What second derivatives are measured on.</summary>
    private static Dataset Samples(ExperimentRun run, ImageNetworks images) =>
        images.Train.Slice(images.Train.Name, 0, run.Quick ? QuickMeasured : Measured);

    private static Func<TrainableNetwork, double> Error(ImageNetworks images) =>
        network => Evaluator.Evaluate(network, images.Test, Loss).ErrorPercent!.Value;

    private static RemovalBudget Keep(TrainableNetwork dense, double[] percents) => RemovalBudget.PerLayer(
        [.. dense.PrunableParameters.Zip(percents, (layer, percent) => (int)Math.Round(layer.Values.Length * percent / 100))]);

    private static string Ends(IEnumerable<double> errors) => string.Join(", ", errors.Select(Text));

    private static string Words(double[] kept) => string.Join("/", kept.Select(part => FormattableString.Invariant($"{part}")));

    private static string Text(double value) => GradualMagnitudeExperiment.Text(value);

    private static string Recipe(ExperimentRun run, string what) => string.Create(
        CultureInfo.InvariantCulture, $"{what}, {s_retraining}, damping {LayerHessian.DefaultDamping}, quick {run.Quick}");

    private sealed record Retrained(int Weights, List<List<PathPoint>> Paths);
}
