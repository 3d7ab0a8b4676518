using Espalier.Cli.Reproduction.Experiments.GradualMagnitude;
using Espalier.Cli.Reproduction.Experiments.Lobs;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Layerwise;
using Espalier.Reporting;
using Espalier.Training;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>
/// What second derivatives are worth when nothing is retrained, on the weights that the authors of layer-wise OBS published. The one
/// setting is the damping, 1e-4 of the mean diagonal: of 1e-6, 1e-5, 1e-4 and 1e-3 the one with the least loss of ExactOBS at 12x, 16x and
/// 25x on the 5,000 training images that the network never saw.
/// </summary>
internal sealed class LobsWeightsExperiment : Experiment
{
    private static readonly double[][] s_ratios =
    [
        [20, 20, 65], [10, 20, 65], [6.7, 20, 65], [8, 9, 26], [5, 15, 60], [3, 10, 60], [2, 8, 60], [1, 4, 54],
    ];

    private static readonly string s_otherKind = Words(s_ratios[3]);

    public override string Name => "lobs-weights";

    public override string Title => "Layer-wise OBS and ExactOBS on the published LeNet-300-100, without retraining";

    public override string Source =>
        "Dong, Chen and Pan 2017, Learning to prune deep neural networks via layer-wise optimal brain surgeon, Table 1, and its " +
        "published weights; Frantar, Singh and Alistarh 2022, Optimal brain compression (ExactOBS). Test error in percent; kept weights " +
        "of the three layers in percent, biases neither pruned nor counted.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var net = new PublishedLeNet(run);
        List<Outcome> classic = Classic(run, net);
        Traced traced = Trace(run, net);
        var rows = new List<ReproductionRow>
        {
            ReproductionRow.About("dense network, errors of 10,000", "176 (another network)", 161, 0, classic[0].Error * 100, "0"),
            ReproductionRow.About("weights left at 6.7/20/65 %", "7 % (really 8.4 %)", 22408, 0, classic[1].Weights, "0"),
            ReproductionRow.About("magnitude in each layer, 6.7/20/65 %", "81.32 (network not published)", 19.62, 0.1, classic[1].Error),
            About(run, "w^2 E[x^2], 6.7/20/65 %", null, 4.12, 0.1, classic[2].Error),
            About(run, "L-OBS as the authors' program does it, 6.7/20/65 %", "3.10", 3.20, 0.1, classic[3].Error),
        };
        Outcome Exact(string method, double[] kept) => traced.Outcomes.First(one => one.Method == method && one.Kept == Words(kept));
        rows.Add(AtMost(run, "ExactOBS, 6.7/20/65 %", null, 1.9, Exact("ExactOBS", s_ratios[2]).Error));
        rows.Add(AtMost(run, "ExactOBS and sequential least squares, 6.7/20/65 %", null, 1.8, Exact("ExactOBS + LS", s_ratios[2]).Error));
        rows.Add(AtMost(run, "ExactOBS, 3/10/60 % (25x)", null, 2.5, Exact("ExactOBS", s_ratios[5]).Error));
        rows.Add(AtMost(run, "ExactOBS trace of all weights, processor time in s, all cores", null, 60, traced.Seconds, "0.0"));
        foreach (Outcome one in classic.Skip(1).Append(Exact("ExactOBS", s_ratios[2])))
        {
            rows.Add(ReproductionRow.AtMost(
                $"{one.Method}: move of the outputs against the bound of Theorem 3.2", null, one.Bound, one.Move, "0.0"));
            rows.Add(ReproductionRow.AtMost(
                $"{one.Method}: hidden outputs' moves in parts of the bounds of Lemma 3.1", null, 1, one.LargestPart, "0.000"));
        }

        return new ReproductionResult(rows, [RatioTable(traced)], [Chart(net, traced, classic)]);
    }

    private static List<Outcome> Classic(ExperimentRun run, PublishedLeNet net)
    {
        run.Stage(0, 0.1, "magnitude, w^2 E[x^2], L-OBS");
        return run.Part("classic", Recipe(run), () =>
        {
            RemovalBudget budget = net.Keep(s_ratios[2]);
            (string Name, PruningCriterion Criterion)[] methods =
            [
                ("magnitude", new MagnitudeCriterion()), ("w^2 E[x^2]", new ActivationMagnitudeCriterion()), ("L-OBS", new LayerwiseObs()),
            ];
            return (List<Outcome>)
            [
                Measure(run, net, "dense", "100", net.Dense, isBounded: false),
                .. methods.Select(method => Measure(
                    run, net, method.Name, Words(s_ratios[2]), net.Prune(method.Criterion, budget, run.Cancellation), isBounded: true)),
            ];
        });
    }

    private static Traced Trace(ExperimentRun run, PublishedLeNet net)
    {
        double[][] ratios = run.Quick ? [s_ratios[2], s_ratios[5]] : s_ratios;
        return run.Part("traces", Recipe(run), () =>
        {
            run.Stage(0.1, 0.2, "tracing");
            (IReadOnlyList<ExactObsTrace> traces, double seconds) = ProcessorTime.Of(() => ExactObsTrace.ComputeAll(
                net.Dense, net.Train, progress: new Progress(fraction => run.Report(fraction, "tracing")), cancellation: run.Cancellation));
            run.Stage(0.2, 1, "ratios");
            var outcomes = new List<Outcome>();
            for (int i = 0; i < ratios.Length; i++)
            {
                run.Report((double)i / ratios.Length, Words(ratios[i]));
                RemovalBudget budget = net.Keep(ratios[i]);
                TrainableNetwork exact = net.Dense.Clone();
                for (int layer = 0; layer < traces.Count; layer++) traces[layer].Apply(exact, budget.LayerCounts![layer]);
                Add("ExactOBS", exact);
                AddFitted("ExactOBS + LS", exact);
                if (run.Quick) continue;
                Add("L-OBS", net.Prune(new LayerwiseObs(), budget, run.Cancellation));
                AddFitted("magnitude + LS", net.Prune(new MagnitudeCriterion(), budget, run.Cancellation));
                AddFitted("w^2 E[x^2] + LS", net.Prune(new ActivationMagnitudeCriterion(), budget, run.Cancellation));

                void Add(string method, TrainableNetwork pruned) =>
                    outcomes.Add(Measure(run, net, method, Words(ratios[i]), pruned, isBounded: method == "ExactOBS"));

                void AddFitted(string method, TrainableNetwork pruned)
                {
                    SequentialLeastSquares.Fit(pruned, net.Dense, net.Train, cancellation: run.Cancellation);
                    Add(method, pruned);
                }
            }

            return new Traced(seconds, outcomes);
        });
    }

    private static Outcome Measure(
        ExperimentRun run, PublishedLeNet net, string method, string kept, TrainableNetwork pruned, bool isBounded)
    {
        double error = net.TestError(pruned);
        if (!isBounded) return new Outcome(method, kept, pruned.LiveWeightCount, error, 0, 0, 0);
        NetworkErrorBound bound = NetworkErrorBound.Measure(net.Dense, pruned, net.Train, cancellation: run.Cancellation);
        double part = bound.Layers.SkipLast(1).Max(layer => layer.OutputError / layer.OutputBound);
        return new Outcome(method, kept, pruned.LiveWeightCount, error, bound.Error, bound.Bound, part);
    }

    private static ReproductionTable RatioTable(Traced traced)
    {
        string[] methods = [.. traced.Outcomes.Select(one => one.Method).Distinct()];
        return new ReproductionTable("Test error in percent at other ratios, without retraining",
            ["kept, %", "weights", "ratio", .. methods],
            [
                .. traced.Outcomes.GroupBy(one => one.Kept).Select(group => (string[])
                [
                    group.Key, $"{group.First().Weights}",
                    FormattableString.Invariant($"{(double)LeNet.Weights / group.First().Weights:0.0}x"),
                    .. group.Select(one => GradualMagnitudeExperiment.Text(one.Error)),
                ]),
            ]);
    }

    private static ReproductionFigure Chart(PublishedLeNet net, Traced traced, List<Outcome> classic)
    {
        var chart = new LineChart(
            "LeNet-300-100 without retraining: test error against the ratio",
            new Axis("weights of the dense network for one that is left", Logarithmic: true),
            new Axis("test error, %", Logarithmic: true),
            [
                .. traced.Outcomes.Where(one => one.Kept != s_otherKind).GroupBy(one => one.Method).Select(group => new ChartSeries(
                    group.Key, [.. group.Select(one => ((double)net.Dense.WeightCount / one.Weights, one.Error))])),
                new ChartSeries("dense", [(5, classic[0].Error), (65, classic[0].Error)], Dashed: true),
            ]);
        return new ReproductionFigure("ratios", chart.ToSvg(),
            "Test error without any retraining: masks and moves by L-OBS and ExactOBS, and three masks each with least squares (LS) " +
            $"after it. The ratio {s_otherKind}, which takes more from the last layers, is left out of the lines.");
    }

    private static ReproductionRow AtMost(
        ExperimentRun run, string what, string? published, double bar, double ours, string format = "0.00") =>
        run.Quick ? Note(what, published, ours) : ReproductionRow.AtMost(what, published, bar, ours, format);

    private static ReproductionRow About(ExperimentRun run, string what, string? published, double bar, double margin, double ours) =>
        run.Quick ? Note(what, published, ours) : ReproductionRow.About(what, published, bar, margin, ours);

    private static ReproductionRow Note(string what, string? published, double ours) =>
        ReproductionRow.Note(what, published, GradualMagnitudeExperiment.Text(ours));

    private static string Words(double[] kept) => string.Join("/", kept.Select(part => FormattableString.Invariant($"{part}")));

    private static string Recipe(ExperimentRun run) =>
        FormattableString.Invariant($"damping {LayerHessian.DefaultDamping}, {(run.Quick ? "few" : "all")} training images");

    /// <summary>How a pruned network does.</summary>
    /// <param name="Method">How it was pruned.</param>
    /// <param name="Kept">The percentages kept.</param>
    /// <param name="Weights">The weights left.</param>
    /// <param name="Error">The test error in percent.</param>
    /// <param name="Move">The distance of its outputs from the dense network's.</param>
    /// <param name="Bound">The most that this can be.</param>
    /// <param name="LargestPart">The move of a hidden layer's outputs in parts of the most that it can be, where that is largest.</param>
    private sealed record Outcome(string Method, string Kept, int Weights, double Error, double Move, double Bound, double LargestPart);

    private sealed record Traced(double Seconds, List<Outcome> Outcomes);

    /// <summary>Passes progress on at once.</summary>
    private sealed class Progress(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
