using System.Globalization;
using Espalier.Cli.Reproduction.Experiments.Monks;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Surgery;
using Espalier.Reporting;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>Optimal Brain Surgeon on the problems of its paper, with Optimal Brain Damage and magnitude beside it.</summary>
internal sealed class MonksExperiment : Experiment
{
    private static readonly (int Dense, int Published, int Target, double TestAccuracy)[] s_problems =
        [(58, 14, 10, 100), (39, 15, 14, 100), (39, 4, 4, 97.2)];

    private static readonly (DeletionOrder Order, string Name)[] s_orders =
    [
        (DeletionOrder.OptimalBrainSurgeon, "OBS"), (DeletionOrder.OptimalBrainDamage, "OBD"), (DeletionOrder.Magnitude, "magnitude"),
    ];

    private static readonly (RetrainingTime Time, string Name)[] s_times =
        [(RetrainingTime.Never, "no retraining"), (RetrainingTime.Always, "retraining")];

    /// <inheritdoc/>
    public override string Name => "monks";

    /// <inheritdoc/>
    public override string Title => "Optimal Brain Surgeon on the MONK's problems and XOR";

    /// <inheritdoc/>
    public override string Source =>
        "Hassibi and Stork, Second order derivatives for network pruning: Optimal Brain Surgeon, 1993: table of the MONK's problems "
        + "(17-3-1, 17-2-1, 17-2-1 networks; biases are pruned and counted) and the claim on XOR in the abstract. Networks are pruned as "
        + "far as the training accuracy stays, and the training samples alone pick the seed: fewest "
        + "weights, then fewest errors, then lowest "
        + "loss. There is no validation part; the test set, all 432 cases, is only reported.";

    /// <inheritdoc/>
    public override ReproductionResult Run(ExperimentRun run)
    {
        int seeds = run.Quick ? 4 : 25;
        var rows = new List<ReproductionRow>();
        var tables = new List<ReproductionTable>();
        var figures = new List<ReproductionFigure>();
        var summary = new List<IReadOnlyList<string>>();
        for (int problem = 1; problem <= s_problems.Length; problem++)
        {
            run.Stage((problem - 1) * 0.3, problem * 0.3, $"MONK {problem}");
            var runs = new MonksRuns(run, problem);
            List<ulong> learned = run.Part($"seeds-{problem}", $"{runs.Recipe}, {seeds}", () => runs.LearnedSeeds(seeds, run.Cancellation));
            Dictionary<(DeletionOrder, RetrainingTime), List<MonksOutcome>> outcomes = PruneAll(run, runs, problem, learned);
            MonksOutcome best = Pick(outcomes[(DeletionOrder.OptimalBrainSurgeon, RetrainingTime.Always)]);
            AddRows(rows, problem, runs, best, outcomes, run.Quick);
            summary.Add(Summarise(problem, outcomes));
            figures.Add(Picture(run, runs, problem, best));
            if (problem == 1) figures.Add(Paths(run, runs, learned[0]));
        }

        run.Stage(0.9, 1, "XOR");
        AddXor(run, rows, run.Quick ? 6 : 50);
        string[] headings = ["", .. s_times.SelectMany(time => s_orders.Select(order => $"{order.Name}, {time.Name}"))];
        tables.Add(new ReproductionTable($"Weights left, biases included: least / median of {seeds} seeds", headings, summary));
        return new ReproductionResult(rows, tables, figures);
    }

    private static Dictionary<(DeletionOrder, RetrainingTime), List<MonksOutcome>> PruneAll(
        ExperimentRun run, MonksRuns runs, int problem, List<ulong> seeds)
    {
        var outcomes = new Dictionary<(DeletionOrder, RetrainingTime), List<MonksOutcome>>();
        foreach ((RetrainingTime time, string timeName) in s_times)
        {
            foreach ((DeletionOrder order, string orderName) in s_orders)
            {
                run.Report(outcomes.Count / 6.0, $"MONK {problem}: {orderName}, {timeName}");
                outcomes[(order, time)] = run.Part(
                    $"monks-{problem}-{order}-{time}", $"{runs.Recipe}, seeds {string.Join(" ", seeds)}",
                    () => seeds.ConvertAll(seed => runs.Prune(seed, order, time, run.Cancellation).Outcome));
            }
        }

        return outcomes;
    }

    private static MonksOutcome Pick(List<MonksOutcome> outcomes) =>
        outcomes.OrderBy(one => one.Weights).ThenBy(one => one.TrainErrors).ThenBy(one => one.TrainLoss).First();

    private static void AddRows(
        List<ReproductionRow> rows, int problem, MonksRuns runs, MonksOutcome best,
        Dictionary<(DeletionOrder Order, RetrainingTime), List<MonksOutcome>> outcomes, bool quick)
    {
        (int dense, int published, int target, double accuracy) = s_problems[problem - 1];
        string network = $"MONK {problem}, OBS";
        string publishedAccuracy = accuracy.ToString("0.0", CultureInfo.InvariantCulture);
        rows.Add(ReproductionRow.AtMost($"{network}: weights left of {dense}", $"{published}", published, best.Weights, "0"));
        rows.Add(quick
            ? ReproductionRow.Note($"{network}: the same against our target {target}", null, $"{best.Weights}")
            : ReproductionRow.AtMost($"{network}: the same against our target", null, target, best.Weights, "0"));
        rows.Add(ReproductionRow.Note(
            $"{network}: its training accuracy, %", problem == 3 ? "93.4" : "100.0", Percent(best.TrainErrors, runs.TrainCount)));
        rows.Add(ReproductionRow.AtLeast(
            $"{network}: its test accuracy, %", publishedAccuracy, accuracy,
            Math.Round(Accuracy(best.TestErrors, MonksProblem.CaseCount), 1), "0.0"));
        int ours = Median(outcomes[(DeletionOrder.OptimalBrainSurgeon, RetrainingTime.Never)]);
        int others = s_orders.Skip(1).Min(order => Median(outcomes[(order.Order, RetrainingTime.Never)]));
        rows.Add(new ReproductionRow($"MONK {problem}, no retraining: median weights of OBS against the better of OBD and magnitude",
            "OBS prunes more", $"at most {others}", $"{ours}", ours <= others));
    }

    private static IReadOnlyList<string> Summarise(int problem, Dictionary<(DeletionOrder, RetrainingTime), List<MonksOutcome>> outcomes) =>
    [
        $"MONK {problem}",
        .. s_times.SelectMany(time => s_orders.Select(order =>
        {
            List<MonksOutcome> all = outcomes[(order.Order, time.Time)];
            string test = Percent(Pick(all).TestErrors, MonksProblem.CaseCount);
            return $"{all.Min(one => one.Weights)} / {Median(all)} (test {test} %)";
        })),
    ];

    private static ReproductionFigure Picture(ExperimentRun run, MonksRuns runs, int problem, MonksOutcome best)
    {
        Network network = run.Model($"monks-{problem}", $"{runs.Recipe}, seed {best.Seed}", () => runs
            .Prune(best.Seed, DeletionOrder.OptimalBrainSurgeon, RetrainingTime.Always, run.Cancellation).Network.ToNetwork());
        return new ReproductionFigure($"monks-{problem}", NetworkPicture.ToSvg(network),
            $"What OBS leaves of 17-{runs.Hidden}-1 on MONK {problem}: {best.Weights} weights with the biases, which are not drawn.");
    }

    private static ReproductionFigure Paths(ExperimentRun run, MonksRuns runs, ulong seed)
    {
        List<ChartSeries> series = [.. s_orders.Select(order => new ChartSeries(order.Name,
            [.. run.Part($"path-{order.Order}", $"{runs.Recipe}, seed {seed}", () => runs.Path(seed, order.Order, run.Cancellation))
                .Select(point => ((double)point.Left, point.Objective))]))];
        var chart = new LineChart("MONK 1 without retraining: what each order costs",
            new Axis("weights left, biases included", Reversed: true), new Axis("squared error with penalty"), series);
        return new ReproductionFigure("monks-1-orders", chart.ToSvg(),
            "Nothing is undone here: each order deletes to the end. OBS moves the other weights, and holds out longer.");
    }

    private static void AddXor(ExperimentRun run, List<ReproductionRow> rows, int networks)
    {
        List<XorOutcome> outcomes = run.Part("xor", $"{XorRuns.Recipe}, {networks}", () => XorRuns.Count(networks, run.Cancellation));
        foreach ((DeletionOrder order, string name) in s_orders)
        {
            XorOutcome outcome = outcomes.Single(one => one.Order == order.ToString());
            string networksOf = $"XOR 2-2-1, {name}: networks of {networks}";
            string what = $"{networksOf} in which the first deletion is the one that brute force finds best";
            rows.Add(order == DeletionOrder.OptimalBrainSurgeon
                ? ReproductionRow.AtLeast(what, "every time", networks, outcome.Right, "0")
                : ReproductionRow.Note(what, "not every time", $"{outcome.Right}"));
            rows.Add(ReproductionRow.Note($"{networksOf} that can learn XOR again after it", null, $"{outcome.Solvable}"));
            rows.Add(ReproductionRow.Note($"{networksOf} that solve XOR right after it, not retrained", null, $"{outcome.Unharmed}"));
        }
    }

    private static int Median(List<MonksOutcome> outcomes) => outcomes.Select(one => one.Weights).Order().ElementAt(outcomes.Count / 2);

    private static double Accuracy(int errors, int count) => 100.0 * (count - errors) / count;

    private static string Percent(int errors, int count) => Accuracy(errors, count).ToString("0.0", CultureInfo.InvariantCulture);
}
