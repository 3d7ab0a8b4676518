using Espalier.Cli.Reproduction.Experiments.LeNet5;
using Espalier.Reporting;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>The dense convolutional networks that papers on pruning begin with.</summary>
internal sealed class LeNet5Experiment : Experiment
{
    // Pruning starts from the Caffe form: it has a bar. The others inform.
    private static readonly Case[] s_cases =
    [
        new("mnist", "lenet-5-caffe", "0.80 (Han 2015), 0.91 (Guo 2016), 1.27 (Dong 2017)", 0.9),
        new("mnist", "lenet-5", "0.95 (LeCun 1998)", null),
        new("fashion-mnist", "lenet-5-caffe", null, null),
        new("fashion-mnist", "lenet-5", null, null),
        new("fashion-mnist", "cnn-fashion", null, null),
    ];

    public override string Name => "lenet-5";

    public override string Title => "LeNet-5 in both its forms, dense, on MNIST and Fashion-MNIST";

    public override string Source =>
        "LeCun, Bottou, Bengio, Haffner 1998, figure 9 (60,000 samples, no distortions); Han, Pool, Tran, Dally 2015, table 1; " +
        "Guo, Yao, Chen 2016, table 1; Dong, Chen, Pan 2017, table 1. Test error in percent after the last of 10 epochs.";

    public override ReproductionResult Run(ExperimentRun run)
    {
        var rows = new List<ReproductionRow>();
        var bars = new List<(string Name, double Value)>();
        var sets = new Dictionary<string, ImageNetworks>(StringComparer.Ordinal);
        for (int i = 0; i < s_cases.Length; i++)
        {
            Case one = s_cases[i];
            run.Stage((double)i / s_cases.Length, (i + 1.0) / s_cases.Length, $"{one.Architecture} on {one.Data}");
            if (!sets.TryGetValue(one.Data, out ImageNetworks? networks)) sets[one.Data] = networks = new ImageNetworks(run, one.Data);
            ulong[] seeds = one.Bar is null || run.Quick ? [1] : [1, 2, 3];
            double[] errors = [.. seeds.Select(seed => networks.TestError(networks.Dense(one.Architecture, seed)))];
            bars.Add(($"{(one.Data == "mnist" ? "MNIST" : "Fashion")}, {one.Architecture}", Math.Round(errors.Average(), 2)));
            int weights = networks.Dense(one.Architecture, 1).WeightCount;
            string what = FormattableString.Invariant($"{one.Data}, {one.Architecture}, {weights:#,0} weights");
            if (seeds.Length > 1) what += $", mean of {seeds.Length} seeds";
            rows.Add(one.Bar is double bar && !run.Quick
                ? ReproductionRow.AtMost(what, one.Published, bar, errors.Average())
                : ReproductionRow.Note(what, one.Published, FormattableString.Invariant($"{errors.Average():0.00}")));
        }

        var chart = new BarChart("Test error of dense convolutional networks", "%", bars);
        return new ReproductionResult(
            rows, [], [new ReproductionFigure("errors", chart.ToSvg(), "Each network as it is after its last epoch.")]);
    }

    private sealed record Case(string Data, string Architecture, string? Published, double? Bar);
}
