using System.Globalization;
using System.Text;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Inference.Baselines;
using Espalier.Interchange;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Bench;

/// <summary>
/// What the generated code has to reach, held against the clock: pruned networks against ONNX Runtime, layers of random sparsity against
/// packed dense code, all contenders in one run on one core.
/// </summary>
internal static class BarTable
{
    private const int Batch = 256, ConvolutionBatch = 64;

    // How many times as fast one sample and a batch have to be; a batch of none is not measured.
    private static readonly (string File, string Data, double SampleBar, int Batch, double BatchBar)[] s_models =
    [
        ("lenet-114x", "mnist", 25, Batch, 25), ("lenet-68x", "mnist", 25, Batch, 25), ("lenet-12x", "mnist", 8, Batch, 8),
        ("lenet5-150x", "mnist", 15, ConvolutionBatch, 15), ("lenet5-100x", "mnist", 15, ConvolutionBatch, 15),
        ("lenet5-12x", "mnist", 15, ConvolutionBatch, 15),
        ("fashion-lenet5-48x", "fashion-mnist", 15, ConvolutionBatch, 15), ("fashion-cnn-25x", "fashion-mnist", 15, ConvolutionBatch, 15),
        ("monks-1", "monks-1", 100, 0, 0), ("monks-2", "monks-2", 100, 0, 0), ("monks-3", "monks-3", 100, 0, 0),
    ];

    private static readonly (int Inputs, int Outputs, int Batch, double Density, double Times)[] s_layers =
    [
        (784, 300, 1, 0.2, 2), (784, 300, 1, 0.1, 4), (784, 300, 1, 0.05, 7), (784, 300, 1, 0.02, 12),
        (256, 256, 1, 0.2, 2), (256, 256, 1, 0.1, 3), (256, 256, 1, 0.05, 5), (256, 256, 1, 0.02, 7),
        (784, 300, Batch, 0.2, 2), (784, 300, Batch, 0.1, 4.5), (784, 300, Batch, 0.05, 9),
    ];

    /// <summary>
    /// Measures all cases whose titles hold <paramref name="filter"/>, each for <paramref name="budget"/>; needs the folder of data sets in
    /// ESPALIER_DATA.
    /// </summary>
    public static string Measure(TimeSpan budget, string filter = "")
    {
        var summary = new StringBuilder();
        var details = new StringBuilder();
        Heading(summary, "Pruned networks against ONNX Runtime's dense run", "network | samples a call | test error");
        foreach ((string file, string data, double sampleBar, int batch, double batchBar) in s_models)
        {
            (string one, string many) = ($"{file}, 1 at once", $"{file}, {batch} at once");
            if (!Passes(one) && !Passes(many)) continue;
            Network network = ModelFile.Load(Path.Combine(AppContext.BaseDirectory, "Models", file + ".espalier"));
            Dataset test = new DataCatalog().Load(data).Test;
            LossKind loss = network.OutputShape.Length > 1 ? LossKind.CategoricalCrossEntropy : LossKind.BinaryCrossEntropy;
            double error = Evaluator.Evaluate(TrainableNetwork.FromNetwork(network), test, loss).ErrorPercent!.Value;
            foreach ((string title, int samples, double bar) in new[] { (one, 1, sampleBar), (many, batch, batchBar) })
            {
                if (samples == 0 || !Passes(title)) continue;
                string what = FormattableString.Invariant($"{file} | {samples} | {error:0.00} %");
                Case(summary, details, what, title, network, test.Inputs, samples, ContenderNames.OnnxRuntime, bar, budget);
            }
        }

        Heading(summary, "Layers of random sparsity against packed dense code", "layer | samples a call | weights kept");
        foreach ((int inputs, int outputs, int samples, double density, double bar) in s_layers)
        {
            string title = FormattableString.Invariant($"{inputs} -> {outputs}, {100 * density:0} % kept, {samples} at once");
            if (!Passes(title)) continue;
            Network network = RandomNetwork.Create(7, density, Activation.Relu, Activation.Relu, inputs, outputs);
            string what = FormattableString.Invariant($"{inputs} -> {outputs} | {samples} | {100 * density:0} %");
            float[] values = RandomNetwork.Inputs(network, Math.Max(16, samples));
            Case(summary, details, what, title, network, values, samples, ContenderNames.DensePacked, bar, budget);
        }

        var page = new StringBuilder("# Bars\n\n").Append(ResultFolder.Machine());
        page.Append("\nMedians of many rounds, all contenders of a case in turn in one run on one core, after all have agreed with a ");
        page.Append("double-precision reference. \"Ahead of all\" means that the generated code is faster "
            + "than every contender measured.\n");
        return page.Append(summary).Append("\n## All contenders\n").Append(details).ToString();

        bool Passes(string title) => title.Contains(filter, StringComparison.Ordinal);
    }

    private static void Heading(StringBuilder page, string title, string columns)
    {
        page.Append(CultureInfo.InvariantCulture,
            $"\n## {title}\n\n| {columns} | ns a sample | opponent's ns | times | bar | holds | ahead of all |\n");
        page.Append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |\n");
    }

    private static void Case(
        StringBuilder summary, StringBuilder details, string what, string title, Network network, float[] inputs, int batch,
        string opponent, double bar, TimeSpan budget)
    {
        BenchmarkReport report = BenchmarkSuite.Run(
            network, Contenders.All(network), inputs, new BenchmarkOptions { Batch = batch, Budget = budget });
        BenchmarkResult[] measured = [.. report.Results.Where(result => result.SkippedReason is null)];
        double own = measured.Single(result => result.Name == ContenderNames.Espalier).NsPerSample;
        BenchmarkResult? other = measured.SingleOrDefault(result => result.Name == opponent);
        string ahead = measured.All(result => result.NsPerSample >= own) ? "yes" : "no";
        string verdict = other is null
            ? "- | - |"
            : FormattableString.Invariant($"{other.NsPerSample:0.#} | {other.NsPerSample / own:0.0} |");
        string holds = other is null ? "not measured" : other.NsPerSample / own >= bar ? "yes" : "no";
        summary.Append(CultureInfo.InvariantCulture, $"| {what} | {own:0.0} | {verdict} {bar:0.#} | {holds} | {ahead} |\n");
        QuickTable.Append(details, title, report);
        Console.Error.WriteLine(FormattableString.Invariant($"{title}: {own:0.0} ns, {verdict} bar {bar}: {holds}"));
    }
}
