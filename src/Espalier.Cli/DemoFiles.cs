using System.Globalization;
using Espalier.Compilation.Emit;
using Espalier.Inference.Baselines;
using Espalier.Interchange;
using Espalier.Pruning;
using Espalier.Reporting;

namespace Espalier.Cli;

/// <summary>Where the demo put its files.</summary>
/// <param name="Model">The model file.</param>
/// <param name="Sources">The generated C# files.</param>
/// <param name="Picture">The picture of the pruned network.</param>
/// <param name="Report">The page that shows it all.</param>
internal sealed record DemoFiles(string Model, IReadOnlyList<string> Sources, string Picture, string Report)
{
    private const int LinesOfSource = 60;

    /// <summary>Writes all files into <paramref name="folder"/>, which exists.</summary>
    public static DemoFiles Write(string folder, DemoResult result)
    {
        string InFolder(string name) => Path.Combine(folder, name);
        var files = new DemoFiles(
            InFolder("digits.espalier"),
            [.. result.Sources.Select(source => InFolder(source.HintName))],
            InFolder("network.svg"),
            InFolder("report.html"));
        string picture = NetworkPicture.ToSvg(result.Model);
        ModelFile.Save(files.Model, result.Model);
        for (int i = 0; i < files.Sources.Count; i++) AtomicFile.WriteText(files.Sources[i], result.Sources[i].Text);
        AtomicFile.WriteText(files.Picture, picture);
        AtomicFile.WriteText(files.Report, Page(result, picture));
        return files;
    }

    private static string Page(DemoResult result, string picture)
    {
        BenchmarkResult own = result.Times.Results.First(contender => contender.Name == ContenderNames.Espalier);
        var page = new HtmlPage(
            $"{result.Model.Name}: trained, pruned, compiled", "A network for drawn digits, and what is left of it as C#.");
        page.Figures(
            [
                (Percent(result.Pruned.ErrorPercent!.Value), $"test error; {Percent(result.Dense.ErrorPercent!.Value)} before pruning"),
                (Number(result.Log.WeightsAfter), $"weights of {Number(result.Log.WeightsBefore)}"),
                (Number(result.Summary.CompiledBytes), $"bytes compiled; {Number(result.Summary.DenseBytes)} dense"),
                ($"{Number(own.NsPerSample)} ns", "a prediction, on one core"),
            ]);
        page.Section("What is left").Picture(picture,
            "A line for each surviving weight, blue where it is positive, orange where it is negative; pale units are dead.");
        page.Table(
            ["layer", "shape", "lowered", "weights", "density", "kernel", "est. ns", "table bytes", "code bytes"],
            result.Summary.Layers.Select(layer => (IReadOnlyList<string>)
            [
                layer.Name, layer.Shape, layer.LoweredShape, Number(layer.NonZeros), Percent(100 * layer.Density), layer.Kernel,
                Number(layer.EstimatedNs), Number(layer.TableBytes), Number(layer.CodeBytes),
            ]));
        foreach (string note in result.Summary.Notes) page.Paragraph(note);
        page.Section("How it was pruned").Picture(PruningChart(result.Log).ToSvg(),
            $"Weights by {result.Log.Criterion}, {result.Log.Scope.ToLowerInvariant()}, " +
            $"on a {result.Log.Schedule.ToLowerInvariant()} schedule while training went on.");
        page.Section("How fast it is").Picture(TimesChart(result.Times).ToSvg(),
            $"{result.Times.Processor}, {result.Times.Runtime}, one thread, median of {result.Times.Rounds} rounds in turn; " +
            "all contenders agree on the outputs.");
        page.Section("What was generated");
        EmittedFile kernels = result.Sources[^1];
        page.Paragraph($"The first {LinesOfSource} lines of {kernels.HintName}:")
            .Code(string.Join('\n', kernels.Text.Split('\n').Take(LinesOfSource)));
        return page.ToString();
    }

    // The error is that of the validation part, at the end of each epoch and after the fine-tuning.
    private static LineChart PruningChart(PruningLog log)
    {
        (double, double)[] pruned = [.. log.Rounds
            .Where(round => round.AfterRetraining is not null)
            .Select(round => ((double)round.WeightsAfter, round.AfterRetraining!.ErrorPercent!.Value))];
        double dense = log.Before.ErrorPercent!.Value;
        return new LineChart(
            "Error against weights left",
            new Axis("weights", Logarithmic: true, Reversed: true),
            new Axis("validation error, %"),
            [
                new ChartSeries("pruned while training", [(log.WeightsBefore, dense), .. pruned]),
                new ChartSeries("dense", [(log.WeightsBefore, dense), (log.WeightsAfter, dense)], Dashed: true),
            ]);
    }

    private static BarChart TimesChart(BenchmarkReport times)
    {
        IEnumerable<BenchmarkResult> timed = times.Results.Where(result => result.SkippedReason is null);
        return new BarChart(
            "Time of one prediction", "ns", [.. timed.Select(result => (result.Name, result.NsPerSample))], ContenderNames.Espalier);
    }

    private static string Number(double value) => SummaryTable.Number(value);

    private static string Percent(double percent) => percent.ToString("0.00", CultureInfo.InvariantCulture) + " %";
}
