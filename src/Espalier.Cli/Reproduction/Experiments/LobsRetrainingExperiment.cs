using System.Globalization;
using Espalier.Cli.Reproduction.Experiments.Lobs;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Layerwise;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>
/// How little retraining a network asks for whose weights were chosen and moved by second derivatives; and what L-OBS says of its layers.
/// Retraining is Adam with batches of 200, L2 of 3e-4, the rate falling in a line from 0.01: with batches of 100 to 400, L2 of 0 to 1e-3
/// and rates of 3e-4 to 0.02 tried, the least errors on the 5,000 training images that the network never saw, after L-OBS.
/// </summary>
internal sealed class LobsRetrainingExperiment : Experiment
{
    private const int BatchSize = 200, PublishedSteps = 510, LastSteps = 643, QuickSteps = 40, Seeds = 3;
    private const double Rate = 0.01, FinalRate = 1e-5, Decay = 3e-4;

    private static readonly double[] s_kept = [6.7, 20, 65];

    public override string Name => "lobs-retraining";

    public override string Title => "Layer-wise OBS and what little retraining it asks for, on the published LeNet-300-100";

    public override string Source =>
        "Dong, Chen and Pan 2017, Learning to prune deep neural networks via layer-wise optimal brain surgeon, Tables 1, 3 and 4 and the " +
        "figures of retraining, tolerance and sensitivity; Hu et al. 2016, Network trimming (APoZ). Test error in percent; one iteration " +
        "is a batch of 200.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var net = new PublishedLeNet(run);
        var layer = new FirstLayerStudy(run, net);
        var rows = new List<ReproductionRow>();
        ReproductionFigure paths = Paths(run, net, rows);
        AddIterative(run, net, rows);
        (ReproductionFigure tolerances, ReproductionTable table) = layer.Tolerances();
        ReproductionFigure sensitivities = layer.Sensitivities();
        ReproductionFigure alone = layer.Alone(rows);
        return new ReproductionResult(rows, [table], [paths, tolerances, sensitivities, alone]);
    }

    private static ReproductionFigure Paths(ExperimentRun run, PublishedLeNet net, List<ReproductionRow> rows)
    {
        (string Name, PruningCriterion Criterion)[] methods =
            [("L-OBS", new LayerwiseObs()), ("ExactOBS + LS", new ExactObs()), ("magnitude", new MagnitudeCriterion())];
        int steps = run.Quick ? QuickSteps : PublishedSteps;
        var paths = new List<ChartSeries>();
        for (int i = 0; i < methods.Length; i++)
        {
            run.Stage(0.15 * i, 0.15 * (i + 1), $"retraining after {methods[i].Name}");
            List<List<PathPoint>> seeds = run.Part($"path-{i}", Recipe(run, methods[i].Name), () =>
            {
                TrainableNetwork pruned = net.Prune(methods[i].Criterion, net.Keep(s_kept), run.Cancellation);
                return Enumerable.Range(1, run.Quick ? 1 : Seeds).Select(seed =>
                    Retrain(run, net, pruned.Clone(), steps, (ulong)seed)).ToList();
            });
            paths.Add(new ChartSeries(methods[i].Name, [.. seeds[0].Select(point => ((double)point.Step, point.Error))]));
            AddRows(run, rows, methods[i].Name, seeds);
        }

        paths.Add(new ChartSeries("L-OBS, printed", [(0, 3.10), (PublishedSteps, 1.82)], Dashed: true));
        var chart = new LineChart(
            "Retraining at 8.4 % of the weights", new Axis("iterations"), new Axis("test error, %", Logarithmic: true), paths);
        return new ReproductionFigure("retraining", chart.ToSvg(),
            "Test error while 22,408 of 266,200 weights are retrained, seed 1: what L-OBS and ExactOBS leave is nearly good before it " +
            "begins; magnitude first has to repair what it broke.");
    }

    private static void AddRows(ExperimentRun run, List<ReproductionRow> rows, string method, List<List<PathPoint>> seeds)
    {
        double start = seeds[0][0].Error, end = seeds.Average(path => path[^1].Error);
        string ends = string.Join(", ", seeds.Select(path => Text(path[^1].Error)));
        string before = $"{method}, 6.7/20/65 %, before retraining";
        string after = $"{method}, after {seeds[0][^1].Step} iterations, mean of ({ends})";
        if (method == "L-OBS" && !run.Quick)
        {
            rows.Add(ReproductionRow.About(before, "3.10", 3.2, 0.1, start));
            rows.Add(ReproductionRow.AtMost(after, "1.82 after 510", 1.82, end));
            return;
        }

        (string? startPrinted, string? endPrinted) = method == "magnitude" ? ("81.32", "1.95 after 140,000") : (null, null);
        rows.Add(ReproductionRow.Note(before, startPrinted, Text(start)));
        rows.Add(ReproductionRow.Note(after, endPrinted, Text(end)));
    }

    /// <summary>Two stages with light retraining after each (Tables 3 and 4).</summary>
    private static void AddIterative(ExperimentRun run, PublishedLeNet net, List<ReproductionRow> rows)
    {
        run.Stage(0.45, 0.6, "two stages");
        List<PathPoint> ends = run.Part("stages", Recipe(run, "7/20/70, then 1/4/54"), () =>
        {
            TrainableNetwork network = net.Prune(new LayerwiseObs(), net.Keep(7, 20, 70), run.Cancellation);
            var points = new List<PathPoint> { Retrain(run, net, network, run.Quick ? QuickSteps : PublishedSteps, seed: 1)[^1] };
            new LayerwiseObs().Remove(new PruningContext(network, net.Train, PublishedLeNet.Loss), net.Keep(1, 4, 54), run.Cancellation);
            List<PathPoint> last = Retrain(run, net, network, run.Quick ? QuickSteps : LastSteps, seed: 2);
            return (List<PathPoint>)[.. points, last[0], last[^1]];
        });
        rows.Add(ReproductionRow.Note("L-OBS in two stages: 7/20/70 % retrained", "1.87..1.96", Text(ends[0].Error)));
        rows.Add(ReproductionRow.Note("then 1/4/54 % (1.5 %), before retraining", "2.43", Text(ends[1].Error)));
        rows.Add(ReproductionRow.Note($"and after {ends[2].Step} iterations", "1.96 after 643", Text(ends[2].Error)));
    }

    /// <summary>Trains so many steps, less what does not go into whole epochs, and evaluates on the way.</summary>
    private static List<PathPoint> Retrain(ExperimentRun run, PublishedLeNet net, TrainableNetwork network, int steps, ulong seed)
    {
        var path = new List<PathPoint> { new(0, net.TestError(network)) };
        int epochs = (steps * BatchSize + net.Train.Count - 1) / net.Train.Count, perEpoch = steps / epochs;
        var options = new TrainingOptions
        {
            Epochs = epochs,
            BatchSize = BatchSize,
            LearningRate = LearningRateSchedule.Linear(Rate, FinalRate),
            Optimizer = new OptimizerOptions { WeightDecay = Decay },
            Seed = seed,
        };
        var trainer = new Trainer(network, net.Seen(perEpoch * BatchSize), null, options);
        int all = perEpoch * epochs;
        trainer.Run(new Watch(progress =>
        {
            int step = (progress.Epoch - 1) * perEpoch + progress.Step;
            run.Report((double)step / all, $"seed {seed}");
            if (step == all || step % 30 == 0 || (step <= 50 && step % 10 == 0)) path.Add(new PathPoint(step, net.TestError(network)));
        }), run.Cancellation);
        return path;
    }

    private static string Text(double value) => GradualMagnitudeExperiment.Text(value);

    private static string Recipe(ExperimentRun run, string what) => string.Create(
        CultureInfo.InvariantCulture,
        $"{what}, Adam, L2 {Decay}, rate {Rate} falling to {FinalRate}, batches of {BatchSize}, " +
        $"damping {LayerHessian.DefaultDamping}, quick {run.Quick}");

    private sealed record PathPoint(int Step, double Error);

    /// <summary>Looks at a training from within.</summary>
    private sealed class Watch(Action<TrainingProgress> look) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => look(value);
    }
}
