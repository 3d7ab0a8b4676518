using Espalier.Cli.Reproduction.Experiments.Shrinking;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Units;
using Espalier.Pruning.Units.Criteria;
using Espalier.Training;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>Units removed one by one without retraining, by brute force and by Taylor series, ranked once or again each time.</summary>
internal sealed class ShrinkingExperiment : Experiment
{
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
        "N. Wolfe, A. Sharma, L. Drude, B. Raj: The incredible shrinking neural network (2016), figures of sections 3 and 4.";

    /// <inheritdoc/>
    public override ReproductionResult Run(ExperimentRun run)
    {
        ShrinkingProblem[] problems = [.. Problems(run)];
        var rows = new List<ReproductionRow>();
        var figures = new List<ReproductionFigure>();
        for (int i = 0; i < problems.Length; i++)
        {
            ShrinkingProblem problem = problems[i];
            run.Stage((double)i / problems.Length, (i + 1.0) / problems.Length, problem.Title);
            Network trained = run.Model(problem.Name, problem.Recipe, () => problem.Fit(new Relay(run, problem.Title), run.Cancellation));
            List<ShrinkingCurve> curves = run.Part(problem.Name, problem.Recipe, () => Shrink(run, problem, trained));
            Console.Error.WriteLine($"{problem.Name}: start {curves[0].Points[0]}");
            foreach (ShrinkingCurve curve in curves)
            {
                Console.Error.WriteLine($"  {curve.Criterion} {curve.Ranking}: {string.Join(" ", curve.Points.Where((_, j) => j % (problem.Units / 20) == 0).Select(p => $"{p.RemovedPercent:0}:{p.Loss:0.0000}/{p.ErrorPercent:0.0}/{p.FirstLayer}"))}");
            }
        }

        return new ReproductionResult(rows, [], figures);
    }

    private static IEnumerable<ShrinkingProblem> Problems(ExperimentRun run)
    {
        Dataset mnist = run.Data.Load("mnist").Train;
        int images = run.Quick ? 500 : 5000;
        Dataset reduced = ShrinkingData.Reduced(mnist, images);
        yield return new("cosine-10", "cosine 1-(10,10)-1", null, ShrinkingData.Cosine(500), [10, 10, 1], Activation.Sigmoid, 3000, 50, 1e-3);
        yield return new("cosine-50", "cosine 1-(50,50)-1", null, ShrinkingData.Cosine(500), [50, 50, 1], Activation.Sigmoid, 2000, 90, 1e-3);
        yield return new("diamond", "diamond", null, ShrinkingData.Diamond(2000), [50, 50, 1], Activation.Sigmoid, 200, null, 1e-3);
        yield return new("random-shape", "random shape", null, ShrinkingData.RandomShape(2000), [50, 50, 1], Activation.Sigmoid, 200, null, 1e-3);
        yield return new("mnist-100", "MNIST 400-100-10", null, reduced, [100, 10], Activation.Sigmoid, 30, 60, 1e-3);
        yield return new("mnist-50-50", "MNIST 400-50-50-10", null, reduced, [50, 50, 10], Activation.Sigmoid, 30, 40, 1e-3);
        foreach (int digit in (int[])[0, 1, 2])
        {
            yield return new($"digit-{digit}", $"digit {digit} against the rest", null, ShrinkingData.OneDigit(mnist, digit, images),
                [100, 2], Activation.Softmax, 10, 60, 1e-3);
        }
    }

    private static List<ShrinkingCurve> Shrink(ExperimentRun run, ShrinkingProblem problem, Network trained)
    {
        var curves = new List<ShrinkingCurve>();
        foreach (UnitRanking ranking in (UnitRanking[])[UnitRanking.Once, UnitRanking.EachRound])
        {
            foreach ((string name, Func<UnitCriterion> create) in s_criteria)
            {
                TrainableNetwork network = TrainableNetwork.FromNetwork(trained);
                var options = new UnitPruningOptions { Criterion = create(), Ranking = ranking };
                UnitPruningLog log = new UnitPruner(network, problem.Train, null, problem.Loss, options).Run(
                    UnitTarget.Count(problem.Widths.Length - 1), null, run.Cancellation);
                curves.Add(new ShrinkingCurve(name, ranking.ToString(), [.. Points(problem, log)]));
                run.Report((double)curves.Count / 6, $"{problem.Title}, {name}");
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
            yield return new ShrinkingPoint(
                100.0 * (log.UnitsBefore - round.UnitsAfter) / problem.Units, round.After.Loss, round.After.ErrorPercent, first);
        }
    }

    private sealed class Relay(ExperimentRun run, string what) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => run.Report(0.5 * value.Fraction, what);
    }
}
