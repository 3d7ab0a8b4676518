using System.Globalization;
using System.Text;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;

namespace Espalier.Bench;

/// <summary>
/// The choice of kernels held against the clock over a grid of shapes and densities: every kernel's estimate beside its time, and how
/// often the chosen one is the fastest or nearly.
/// </summary>
internal static class KernelGrid
{
    /// <summary>How much slower than the fastest the chosen kernel may be and still count as a good choice.</summary>
    private const double Allowance = 1.15;

    private static readonly int[] s_sizes = [16, 32, 64, 128, 256, 512, 1024];
    private static readonly (int Inputs, int Outputs)[] s_oblong = [(784, 300), (300, 100), (100, 10), (1024, 16), (16, 1024)];
    private static readonly double[] s_densities = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6];

    /// <summary>Measures the grid, each layer for <paramref name="budget"/>.</summary>
    public static string Measure(TimeSpan budget)
    {
        (int, int)[] shapes = [.. s_sizes.Select(size => (size, size)), .. s_oblong];
        var rows = new StringBuilder();
        int good = 0, all = 0;
        double worst = 1;
        foreach ((int inputs, int outputs) in shapes)
        {
            foreach (double density in s_densities)
            {
                Network network = RandomNetwork.Create(11, density, Activation.Relu, Activation.Relu, inputs, outputs);
                IReadOnlyList<KernelTrial> trials = KernelTrials.Run(Stage.Of(network.Layers[0]), budget);
                KernelTrial chosen = trials.Single(trial => trial.IsChosen);
                double ratio = (chosen.MeasuredNs ?? double.NaN) / trials[0].MeasuredNs!.Value;
                all++;
                if (ratio <= Allowance) good++;
                worst = Math.Max(worst, ratio);
                string candidates = string.Join(", ", trials.Where(trial => trial.MeasuredNs is not null).Select(Text));
                rows.Append(CultureInfo.InvariantCulture, $"| {inputs} -> {outputs} | {100 * density:0} % | {chosen.Choice.Name} | ");
                rows.Append(CultureInfo.InvariantCulture, $"{trials[0].Choice.Name} | {ratio:0.00} | {candidates} |\n");
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{inputs} -> {outputs}, {100 * density:0} %: {chosen.Choice.Name}, "
                        + $"{ratio:0.00} times the fastest; {good} of {all} good"));
            }
        }

        var page = new StringBuilder("# The choice of kernels\n\n").Append(ResultFolder.Machine());
        page.Append("\nOne layer with ReLU, weights at random places, one sample at a time; "
            + "nanoseconds a call as predicted / as measured, ");
        page.Append("from the fastest on. Kernels expected to be far slower than the best are not measured.\n\n");
        page.Append(CultureInfo.InvariantCulture, $"The chosen kernel is the fastest, or within {100 * (Allowance - 1):0} % of it, ");
        page.Append(CultureInfo.InvariantCulture,
            $"in {good} of {all} cases ({100.0 * good / all:0} %); at worst it takes {worst:0.00} times as long.\n\n");
        page.Append("| layer | density | chosen | fastest | chosen / fastest | all kernels |\n| --- | ---: | --- | --- | ---: | --- |\n");
        return page.Append(rows).ToString();
    }

    private static string Text(KernelTrial trial) =>
        FormattableString.Invariant($"{trial.Choice.Name} {trial.PredictedNs:0} / {trial.MeasuredNs:0}");
}
