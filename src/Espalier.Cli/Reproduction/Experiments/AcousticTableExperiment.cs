using System.Globalization;
using Espalier.Cli.Reproduction.Experiments.GradualMagnitude;
using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Inference.Baselines;
using Espalier.Pruning;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>
/// The table of the acoustic model that was pruned step by step: what is kept against size, calculation time and error, here of
/// LeNet-300-100 on MNIST and of the code that is generated for it.
/// </summary>
internal sealed class AcousticTableExperiment : Experiment
{
    private const int PruningEpochs = 6, TuningEpochs = 6;
    private const double Decay = 1e-4, LargestRise = 0.2;

    /// <summary>
    /// What the paper prints: kept, size and time in percent of the dense model, and the rise of the test error in points.
    /// </summary>
    private static readonly (int Kept, int Size, int Time, double Rise)[] s_published =
        [(67, 101, 80, -0.1), (46, 69, 55, -0.3), (31, 47, 37, -0.3), (21, 32, 25, -0.2), (12, 18, 14, 0), (5, 8, 6, 1.3)];

    public override string Name => "acoustic-table";

    public override string Title => "Size, calculation time and error of generated code against the weights kept";

    public override string Source =>
        "Yu, Seide, Li, Deng 2012 (Exploiting sparseness in deep neural networks for large vocabulary speech recognition), table of the " +
        "model with 19.2 million weights, dense query error 28.0 / 30.4 %. Ours is LeNet-300-100 on MNIST, pruned by magnitude in six " +
        "steps of 6 + 6 epochs, each from the one before. Size: machine code (estimated) and tables of the compiled model, in percent of " +
        "four bytes for each weight and bias. Time: one prediction of the generated code, in percent of the code that is generated for " +
        "the dense network, and in the table also of dense packed SIMD code, which is timed by turns with each and so is the common " +
        "measure of all.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var net = new LeNet(run, "mnist");
        run.Stage(0, 0.1, "dense network");
        Network network = net.Dense(1);
        double dense = net.TestError(network);
        var all = new List<Entry> { Measure(run, net, 100, network) };
        for (int i = 0; i < s_published.Length; i++)
        {
            run.Stage(0.1 + 0.15 * i, 0.25 + 0.15 * i, $"{s_published[i].Kept} % kept");
            network = Prune(run, net, network, s_published[i].Kept);
            all.Add(Measure(run, net, s_published[i].Kept, network));
        }

        return new ReproductionResult(Rows(run, all, dense), [Table(all, dense)], [new ReproductionFigure("cost", Chart(all),
            "Size and time of the generated code in percent of that of the dense network, against the weights kept, beside those of the " +
            "paper; and its time in percent of dense packed SIMD code.")]);
    }

    private static Network Prune(ExperimentRun run, LeNet net, Network from, int kept) => run.Model(
        $"kept-{kept}",
        FormattableString.Invariant(
            $"six steps, {kept} %, L2 {Decay}, {PruningEpochs} + {TuningEpochs} epochs{(run.Quick ? ", small scale" : "")}"),
        () =>
        {
            TrainableNetwork network = TrainableNetwork.FromNetwork(from, freezeZeros: true);
            TrainingOptions training = net.Falling(2 * PruningEpochs, Decay, (ulong)kept) with { Epochs = net.Epochs(PruningEpochs) };
            new GradualPruner(network, net.Train, null, new GradualPruningOptions
            {
                Training = training with { LearningRate = LearningRateSchedule.Constant(LeNet.Rate) },
                FineTuning = training with { Epochs = net.Epochs(TuningEpochs), Seed = training.Seed + 1000 },
            }).Run(PruningTarget.Fraction(kept / 100.0), net.Meter($"{kept} % kept"), run.Cancellation);
            return network.ToNetwork();
        });

    /// <summary>Compiles a network, and times it beside dense code that does not see the zeros.</summary>
    private static Entry Measure(ExperimentRun run, LeNet net, int kept, Network network)
    {
        double error = net.TestError(network);
        double budget = run.Quick ? 0.2 : 2;
        return run.Part($"measured-{kept}", FormattableString.Invariant($"{network.WeightCount} weights, error {error}, {budget} s"), () =>
        {
            ModelSummary summary;
            using (CompiledNetwork compiled = CompiledNetwork.Compile(network, cancellationToken: run.Cancellation))
            {
                summary = ModelSummary.Of(network, compiled.Lowered);
            }

            BenchmarkReport report = BenchmarkSuite.Run(
                network,
                [new(ContenderNames.Espalier, () => new CompiledContender(network)),
                    new(ContenderNames.DensePacked, () => new DensePackedContender(network))],
                net.Test.Inputs,
                new BenchmarkOptions { Budget = TimeSpan.FromSeconds(budget) });
            (BenchmarkResult ours, BenchmarkResult dense) = (report.Results[0], report.Results[1]);
            return new Entry(kept, network.WeightCount, error, 100.0 * summary.CompiledBytes / summary.DenseBytes,
                100 * ours.MinNsPerSample / dense.MinNsPerSample, ours.MinNsPerSample,
                string.Join(", ", summary.Layers.Select(layer => layer.Kernel)));
        });
    }

    private static List<ReproductionRow> Rows(ExperimentRun run, List<Entry> all, double dense)
    {
        var rows = new List<ReproductionRow>();
        for (int i = 0; i < s_published.Length; i++)
        {
            (int kept, int size, int time, double rise) = s_published[i];
            Entry ours = all[i + 1];
            rows.Add(ReproductionRow.Note(
                $"{kept} % kept: size %, time %, rise of the error in points", $"{size}, {time}, {Signed(rise)}",
                FormattableString.Invariant($"{ours.Size:0}, {100 * ours.Packed / all[0].Packed:0}, {Signed(ours.Error - dense)}")));
        }

        bool falls = Enumerable.Range(2, all.Count - 2).All(i => all[i].Size < all[i - 1].Size);
        string sizes = string.Join(", ", all.Skip(1).Select(entry => FormattableString.Invariant($"{entry.Size:0.0}")));
        rows.Add(new ReproductionRow("size falls with every step", null, "each below the one before", sizes, falls));
        Entry fifth = all.Find(entry => entry.Kept == 21)!, last = all[^1];
        rows.Add(GradualMagnitudeExperiment.Bar(
            run, "rise of the error at 21 % kept, points", Signed(-0.2), LargestRise, fifth.Error - dense));
        rows.Add(GradualMagnitudeExperiment.Bar(
            run, "rise of the error at 5 % kept, points", Signed(1.3), LargestRise, last.Error - dense));
        return rows;
    }

    private static ReproductionTable Table(List<Entry> all, double dense) => new(
        "What is kept, and what it costs",
        ["kept, %", "weights", "size, %", "time, % of generated dense code", "time, % of packed dense code", "ns a prediction",
            "test error, %", "kernels"],
        [
            .. all.Select(entry => (string[])
            [
                $"{entry.Kept}", entry.Weights.ToString("#,0", CultureInfo.InvariantCulture),
                FormattableString.Invariant($"{entry.Size:0.0}"),
                FormattableString.Invariant($"{100 * entry.Packed / all[0].Packed:0.0}"),
                FormattableString.Invariant($"{entry.Packed:0.0}"),
                FormattableString.Invariant($"{entry.Nanoseconds:0}"),
                FormattableString.Invariant($"{entry.Error:0.00} ({Signed(entry.Error - dense)})"), entry.Kernels,
            ]),
        ]);

    private static string Chart(List<Entry> all) => new LineChart(
        "Size and time of generated code",
        new Axis("weights kept, %", Logarithmic: true, Reversed: true),
        new Axis("of dense code, %", Logarithmic: true),
        [
            new ChartSeries("size", [.. all.Select(entry => ((double)entry.Kept, entry.Size))]),
            new ChartSeries("time", [.. all.Select(entry => ((double)entry.Kept, 100 * entry.Packed / all[0].Packed))]),
            new ChartSeries("time, of packed code", [.. all.Select(entry => ((double)entry.Kept, entry.Packed))]),
            new ChartSeries("size (paper)", [.. s_published.Select(row => ((double)row.Kept, (double)row.Size))], Dashed: true),
            new ChartSeries("time (paper)", [.. s_published.Select(row => ((double)row.Kept, (double)row.Time))], Dashed: true),
        ]).ToSvg();

    private static string Signed(double value) => value.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);

    private sealed record Entry(int Kept, int Weights, double Error, double Size, double Packed, double Nanoseconds, string Kernels);
}
