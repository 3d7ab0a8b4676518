using System.Globalization;
using Espalier.Cli.Reproduction.Experiments.Shrinking;
using Espalier.Compilation.Model;
using Espalier.Pruning.Units;
using Espalier.Pruning.Units.Criteria;
using Espalier.Reporting;
using Espalier.Training;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>Units removed one by one without retraining, by brute force and by Taylor series, ranked once or again each time.</summary>
internal sealed class ShrinkingExperiment : Experiment
{
    /// <summary>Units are free while the loss is above the start by no more than this part of the loss of knowing nothing.</summary>
    private const double Tolerance = 0.05, StrictTolerance = 0.01;

    private const string Once = "once";

    private static readonly (string Name, Func<UnitCriterion> Create)[] s_criteria =
    [
        ("brute force", () => new BruteForceCriterion()),
        ("first order", () => new TaylorCriterion(TaylorOrder.First)),
        ("second order", () => new TaylorCriterion(TaylorOrder.Second)),
    ];

    /// <inheritdoc/>
    public override string Name => "shrinking";

    /// <inheritdoc/>
    public override string Title => "Removing units without retraining: brute force against Taylor series";

    /// <inheritdoc/>
    public override string Source =>
        "N. Wolfe, A. Sharma, L. Drude, B. Raj: The incredible shrinking neural network (2016), text and figures of the experimental "
        + "results. Sigmoid units; squared error, for the softmax cross-entropy. Units are ranked, and errors measured, on the samples of "
        + "the training. Free: without them the loss is above the start by at most 5 % of the loss of the best constant output.";

    /// <inheritdoc/>
    public override ReproductionResult Run(ExperimentRun run)
    {
        ShrinkingProblem[] problems = [.. ShrinkingProblems.All(run.Data, run.Quick)];
        var rows = new List<ReproductionRow>();
        var cells = new List<string[]>();
        var figures = new List<ReproductionFigure>();
        for (int i = 0; i < problems.Length; i++)
        {
            ShrinkingProblem problem = problems[i];
            run.Stage((double)i / problems.Length, (i + 1.0) / problems.Length, problem.Title);
            List<ShrinkingCurve> curves = run.Part(problem.Name, problem.Recipe, () => Shrink(run, problem));
            double nothing = problem.LossOfKnowingNothing();
            rows.AddRange(Rows(problem, curves, nothing, run.Quick));
            cells.AddRange(curves.Select(curve => Cells(problem, curve, nothing)));
            figures.AddRange(Figures(problem, curves));
        }

        var table = new ReproductionTable(
            "Percent of the hidden units that are free, with what is left of the first layer then; and that go before the loss has risen "
            + "by 5 % and by 1 % of the loss of knowing nothing",
            ["problem", "criterion", "ranked", "loss at the start", "error %", "free", "flat to 5 %", "flat to 1 %", "first layer left"],
            cells);
        return new ReproductionResult(rows, [table], figures);
    }

    private static List<ShrinkingCurve> Shrink(ExperimentRun run, ShrinkingProblem problem)
    {
        Network trained = run.Model(problem.Name, problem.Recipe, () => problem.Fit(
            new TrainingMeter((fraction, text) => run.Report(0.5 * fraction, $"{problem.Title}, {text}")), run.Cancellation));
        UnitRanking[] rankings = [UnitRanking.Once, UnitRanking.EachRound];
        var curves = new List<ShrinkingCurve>();
        foreach (UnitRanking ranking in rankings)
        {
            foreach ((string name, Func<UnitCriterion> create) in s_criteria)
            {
                double done = 0.5 + 0.5 * curves.Count / (rankings.Length * s_criteria.Length);
                var progress = new PruningMeter((fraction, _) => run.Report(
                    done + 0.5 * fraction / (rankings.Length * s_criteria.Length), $"{problem.Title}, {name}"));
                var options = new UnitPruningOptions { Criterion = create(), Ranking = ranking };
                var pruner = new UnitPruner(TrainableNetwork.FromNetwork(trained), problem.Train, null, problem.Loss, options);
                UnitPruningLog log = pruner.Run(UnitTarget.Count(problem.Widths.Length - 1), progress, run.Cancellation);
                curves.Add(new ShrinkingCurve(name, ranking == UnitRanking.Once ? Once : "each time", [.. Points(problem, log)]));
            }
        }

        return curves;
    }

    private static IEnumerable<ShrinkingPoint> Points(ShrinkingProblem problem, UnitPruningLog log)
    {
        int first = problem.Widths[0];
        yield return new ShrinkingPoint(0, log.Before.Loss, log.Before.ErrorPercent, first);
        foreach (UnitPruningRound round in log.Rounds)
        {
            first -= round.Removed.Count(removed => removed.Unit.Layer == 1);
            double removedPercent = 100.0 * (log.UnitsBefore - round.UnitsAfter) / problem.Units;
            yield return new ShrinkingPoint(removedPercent, round.After.Loss, round.After.ErrorPercent, first);
        }
    }

    private static IEnumerable<ReproductionRow> Rows(ShrinkingProblem problem, List<ShrinkingCurve> curves, double nothing, bool isQuick)
    {
        ShrinkingCurve again = curves[s_criteria.Length];
        double free = again.FreePercent(Tolerance * nothing);
        string what = $"{problem.Title}: units that are free by brute force, %";
        double flat = again.FlatPercent(Tolerance * nothing);
        string ours = flat < free ? $"{Text(free, "0")}; {Text(flat, "0")} without a rise on the way" : Text(free, "0");
        yield return problem.Bar is double bar && !isQuick
            ? ReproductionRow.AtLeast(what, problem.Published, bar, free, "0") with { Ours = ours }
            : ReproductionRow.Note(what, problem.Published, ours);
        string taylor = $"first {Text(curves[s_criteria.Length + 1].FreePercent(Tolerance * nothing), "0")}, "
            + $"second {Text(curves[s_criteria.Length + 2].FreePercent(Tolerance * nothing), "0")}";
        yield return ReproductionRow.Note($"{problem.Title}: the same by Taylor series, %", problem.PublishedTaylor, taylor);
    }

    private static string[] Cells(ShrinkingProblem problem, ShrinkingCurve curve, double nothing)
    {
        ShrinkingPoint start = curve.Points[0];
        double free = curve.FreePercent(Tolerance * nothing);
        ShrinkingPoint last = curve.Points.Last(point => point.RemovedPercent <= free);
        return
        [
            problem.Title, curve.Criterion, curve.Ranking, Text(start.Loss, "G3"),
            start.ErrorPercent is double error ? Text(error, "0.00") : "", Text(free, "0"),
            Text(curve.FlatPercent(Tolerance * nothing), "0"), Text(curve.FlatPercent(StrictTolerance * nothing), "0"),
            $"{last.FirstLayer} of {problem.Widths[0]}",
        ];
    }

    private static IEnumerable<ReproductionFigure> Figures(ShrinkingProblem problem, List<ShrinkingCurve> curves)
    {
        var gone = new Axis("hidden units removed, %");
        yield return new ReproductionFigure($"{problem.Name}-loss",
            new LineChart(problem.Title, gone, new Axis("loss"), Lines(point => point.Loss)).ToSvg(),
            $"{problem.Title}: the loss while units leave one by one without retraining; ranked again each time, and once (dashed).");
        if (curves[0].Points[0].ErrorPercent is null) yield break;
        yield return new ReproductionFigure($"{problem.Name}-error",
            new LineChart(problem.Title, gone, new Axis("error, %"), Lines(point => point.ErrorPercent!.Value)).ToSvg(),
            $"{problem.Title}: the wrong classes while units leave.");

        ChartSeries[] Lines(Func<ShrinkingPoint, double> value) =>
        [
            .. curves.Skip(s_criteria.Length).Concat(curves.Take(s_criteria.Length)).Select(curve => new ChartSeries(
                curve.Criterion.Replace(" order", "", StringComparison.Ordinal) + (curve.Ranking == Once ? " once" : ""),
                [.. curve.Points.Select(point => (point.RemovedPercent, value(point)))], Dashed: curve.Ranking == Once)),
        ];
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
