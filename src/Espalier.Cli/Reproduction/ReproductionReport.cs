using System.Text;
using Espalier.Reporting;

namespace Espalier.Cli.Reproduction;

/// <summary>Writes what experiments came to: a page with the plots, and a table in Markdown for each.</summary>
internal static class ReproductionReport
{
    private static readonly string[] s_headings = ["what", "published", "bar", "ours", "verdict"];

    /// <summary>One word on a row.</summary>
    public static string Verdict(ReproductionRow row) => row.Holds switch { true => "holds", false => "MISSED", null => "" };

    /// <summary>The cells of a row.</summary>
    public static string[] Cells(ReproductionRow row) =>
        [row.What, row.Published ?? "", row.Bar ?? "", row.Ours, Verdict(row)];

    /// <summary>The headings of <see cref="Cells"/>.</summary>
    public static string[] Headings => s_headings;

    /// <summary>The experiment as Markdown.</summary>
    public static string ToMarkdown(Experiment experiment, ReproductionResult result)
    {
        var text = new StringBuilder();
        text.Append("# ").Append(experiment.Title).Append("\n\n").Append(experiment.Source).Append("\n\n");
        MarkdownTable.Append(text, s_headings, result.Rows.Select(Cells));
        foreach (ReproductionTable table in result.Tables)
        {
            text.Append("\n## ").Append(table.Title).Append("\n\n");
            MarkdownTable.Append(text, table.Headings, table.Rows);
        }

        foreach (ReproductionFigure figure in result.Figures)
        {
            text.Append("\n![").Append(figure.Caption).Append("](").Append(figure.Name).Append(".svg)\n");
        }

        return text.ToString();
    }

    /// <summary>One line for each experiment, as Markdown: how many of its bars hold.</summary>
    public static string ToSummary(IReadOnlyList<(Experiment Experiment, ReproductionResult Result)> all)
    {
        var text = new StringBuilder("# Reproductions\n\n");
        MarkdownTable.Append(text, ["experiment", "what it shows", "bars", "that hold"], all.Select(one => (string[])
        [
            one.Experiment.Name, one.Experiment.Title, $"{Bars(one.Result)}", $"{HeldBars(one.Result)}",
        ]));
        return text.ToString();
    }

    /// <summary>All experiments as one HTML page.</summary>
    public static string ToHtml(IReadOnlyList<(Experiment Experiment, ReproductionResult Result)> all)
    {
        int bars = all.Sum(one => Bars(one.Result)), held = all.Sum(one => HeldBars(one.Result));
        var page = new HtmlPage("Reproductions", "What the papers say, beside what comes out here.");
        page.Figures([($"{all.Count}", "experiments"), ($"{held} of {bars}", "bars that hold")]);
        foreach ((Experiment experiment, ReproductionResult result) in all)
        {
            page.Section(experiment.Title).Paragraph(experiment.Source).Table(s_headings, result.Rows.Select(Cells));
            foreach (ReproductionFigure figure in result.Figures) page.Picture(figure.Svg, figure.Caption);
            foreach (ReproductionTable table in result.Tables) page.Paragraph(table.Title).Table(table.Headings, table.Rows);
        }

        return page.ToString();
    }

    private static int Bars(ReproductionResult result) => result.Rows.Count(row => row.Holds is not null);

    private static int HeldBars(ReproductionResult result) => result.Rows.Count(row => row.Holds is true);
}
