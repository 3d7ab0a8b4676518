using System.Globalization;
using System.Text;
using Espalier.Reporting;

namespace Espalier.Cli.Sweeping;

/// <summary>What a sweep came to, as tables and pictures.</summary>
/// <param name="Network">The name of the given network.</param>
/// <param name="Data">The name of the data set.</param>
/// <param name="Processor">What the times were measured on.</param>
/// <param name="Batch">The samples of a batch.</param>
/// <param name="IsPercent">Whether errors are per cent of the samples; otherwise they are losses.</param>
/// <param name="Points">All networks, the given one first.</param>
internal sealed record SweepResult(
    string Network, string Data, string Processor, int Batch, bool IsPercent, IReadOnlyList<SweepPoint> Points)
{
    /// <summary>The file names of the pictures, without extension.</summary>
    public const string OneChart = "one-sample", BatchChart = "batch";

    private string ErrorName => IsPercent ? "error, %" : "loss";

    private string[] Headings =>
        ["network", "weights", $"validation {ErrorName}", $"test {ErrorName}", "ns, one sample", $"ns a sample, batch of {Batch}", "best"];

    /// <summary>The error against the time of one sample.</summary>
    public string OneSvg() => Chart("one sample", point => point.NsPerSample, point => point.IsBest);

    /// <summary>The error against the time of a sample in a batch.</summary>
    public string BatchSvg() => Chart($"batch of {Batch}", point => point.NsInBatch, point => point.IsBestInBatch);

    /// <summary>The page with all figures.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append("# Error against time: ").Append(Network).Append(" on ").Append(Data).Append("\n\n")
            .Append(Processor).Append(", one thread, medians of one run. The best are chosen on the validation part: ")
            .Append("each errs less than all that are faster, of one sample (1) or in a batch (").Append(Batch)
            .Append("). The test part chooses nothing.\n");
        foreach ((string title, string file, Func<SweepPoint, double> time, Func<SweepPoint, bool> isBest) in
            ((string, string, Func<SweepPoint, double>, Func<SweepPoint, bool>)[])
            [
                ("One sample", OneChart, point => point.NsPerSample, point => point.IsBest),
                ($"Batch of {Batch}", BatchChart, point => point.NsInBatch, point => point.IsBestInBatch),
            ])
        {
            text.Append("\n## ").Append(title).Append("\n\n![").Append(title).Append("](").Append(file).Append(".svg)\n\n");
            MarkdownTable.Append(text, Headings, Points.Where(isBest).OrderBy(time).Select(Cells));
        }

        text.Append("\n## All\n\n");
        MarkdownTable.Append(text, Headings, Points.Select(Cells));
        return text.ToString();
    }

    /// <summary>The best for people.</summary>
    public string ToText()
    {
        IEnumerable<SweepPoint> best = Points.Where(point => point.IsBest || point.IsBestInBatch).OrderBy(point => point.NsPerSample);
        return TextTable.Format([Headings, .. best.Select(Cells)]);
    }

    private string[] Cells(SweepPoint point)
    {
        string best = (point.IsBest, point.IsBestInBatch) switch
        {
            (true, true) => $"1, {Batch}",
            (true, false) => "1",
            (false, true) => $"{Batch}",
            _ => "",
        };
        return
        [
            point.Name, SummaryTable.Number(point.Weights), Error(point.ValidationError), Error(point.TestError), Time(point.NsPerSample),
            Time(point.NsInBatch), best,
        ];
    }

    private string Chart(string how, Func<SweepPoint, double> time, Func<SweepPoint, bool> isBest)
    {
        // Where all were made by one criterion, its name tells nothing.
        bool isOne = Points.Select(point => point.Criterion).Distinct().Count(name => name.Length > 0) == 1;
        string Label(SweepPoint point) => isOne ? point.Name[point.Criterion.Length..].TrimStart() : point.Name;
        ChartMark Mark(SweepPoint point) => new(time(point), point.TestError, Label(point));
        return new FrontierChart(
            $"{Network} on {Data}, {how}: test error against time",
            new Axis("ns a sample", Logarithmic: true),
            new Axis($"test {ErrorName}"),
            [.. Points.GroupBy(point => point.Pattern).Select(kind => (kind.Key, (IReadOnlyList<ChartMark>)[.. kind.Select(Mark)]))],
            [.. Points.Where(isBest).OrderBy(time).Select(Mark)]).ToSvg();
    }

    private string Error(double value) => value.ToString(IsPercent ? "0.00" : "G4", CultureInfo.InvariantCulture);

    private static string Time(double ns) => ns.ToString(ns < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);
}
