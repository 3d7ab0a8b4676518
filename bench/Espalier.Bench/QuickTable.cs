using System.Globalization;
using System.Text;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;

namespace Espalier.Bench;

/// <summary>The main figures in a minute or so: what <see cref="BenchmarkSuite"/> measures, as a page in Markdown.</summary>
internal static class QuickTable
{
    private static readonly (string Title, double Density, int[] Lengths)[] s_networks =
    [
        ("784 -> 300, all weights", 1, [784, 300]),
        ("LeNet-300-100, all weights", 1, [784, 300, 100, 10]),
        ("LeNet-300-100, 8 % of the weights at random places", 0.08, [784, 300, 100, 10]),
    ];

    /// <summary>What others are set beside: the first of these that can run the network.</summary>
    private static readonly string[] s_baselines = [ContenderNames.DensePacked, ContenderNames.OnnxRuntime, ContenderNames.DenseNaive];

    /// <summary>Measures every network with one sample and with 256, each for <paramref name="budget"/>.</summary>
    public static string Measure(TimeSpan budget)
    {
        var page = new StringBuilder("# All contenders in one run\n\n").Append(ResultFolder.Machine());
        page.Append("\nTimes are nanoseconds a sample: the median of many rounds, all contenders in turn, and the fastest round. ");
        page.Append("Memory is managed bytes a call. The deviation is from a double-precision reference, ");
        page.Append("as a part of its greatest output.\n");
        foreach ((string title, double density, int[] lengths) in s_networks)
        {
            Activation last = lengths.Length == 2 ? Activation.Relu : Activation.Softmax;
            Network network = RandomNetwork.Create(7, density, Activation.Relu, last, lengths);
            foreach (int batch in (int[])[1, 256])
            {
                float[] inputs = RandomNetwork.Inputs(network, Math.Max(batch, 16));
                BenchmarkReport report = BenchmarkSuite.Run(
                    network, Contenders.All(network), inputs, new BenchmarkOptions { Batch = batch, Budget = budget });
                Append(page, $"{title}; batch {batch}", report);
            }
        }

        return page.ToString();
    }

    /// <summary>One run as a table.</summary>
    public static void Append(StringBuilder page, string title, BenchmarkReport report)
    {
        BenchmarkResult baseline = s_baselines.Select(name => report.Results.SingleOrDefault(result => result.Name == name))
            .First(result => result is { SkippedReason: null })!;
        page.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n{report.Rounds} rounds.\n\n");
        page.Append(CultureInfo.InvariantCulture, $"| contender | median ns | fastest ns | x {baseline.Name} | bytes | deviation |\n");
        page.Append("| --- | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (BenchmarkResult result in report.Results)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {result.Name} | ");
            if (result.SkippedReason is string reason)
            {
                page.Append(CultureInfo.InvariantCulture, $"{reason} | | | | |\n");
                continue;
            }

            page.Append(CultureInfo.InvariantCulture, $"{result.NsPerSample:F1} | {result.MinNsPerSample:F1} | ");
            page.Append(CultureInfo.InvariantCulture, $"{baseline.NsPerSample / result.NsPerSample:F2} | {result.AllocatedBytes} | ");
            page.Append(CultureInfo.InvariantCulture, $"{result.LargestDeviation:E1} |\n");
        }
    }
}
