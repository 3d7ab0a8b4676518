using System.Text;

namespace Espalier.Cli;

/// <summary>Writes tables in Markdown.</summary>
internal static class MarkdownTable
{
    /// <summary>Appends a table; bars in cells are escaped.</summary>
    public static void Append(StringBuilder text, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        AppendRow(text, headings);
        AppendRow(text, [.. headings.Select(_ => "---")]);
        foreach (IReadOnlyList<string> row in rows) AppendRow(text, row);
    }

    private static void AppendRow(StringBuilder text, IReadOnlyList<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
