using System.Text;

namespace Espalier.Reporting;

/// <summary>Lines up rows of text: the first columns to the left, the others to the right, two blanks between them.</summary>
public static class TextTable
{
    /// <summary>
    /// The rows as lines ended by <c>\n</c>, without blanks at their ends. Control characters, which could move the cursor, become "?".
    /// </summary>
    /// <param name="rows">The cells of each line.</param>
    /// <param name="words">How many columns stand at the left.</param>
    /// <exception cref="ArgumentException">A row has another number of cells than the first.</exception>
    public static string Format(IReadOnlyList<string[]> rows, int words = 1)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0) return "";
        var widths = new int[rows[0].Length];
        foreach (string[] row in rows)
        {
            if (row.Length != widths.Length)
            {
                throw new ArgumentException($"A row has {row.Length} cells instead of {widths.Length}.", nameof(rows));
            }

            for (int c = 0; c < row.Length; c++) widths[c] = Math.Max(widths[c], row[c].Length);
        }

        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            int start = text.Length;
            for (int c = 0; c < row.Length; c++)
            {
                string cell = string.Concat(row[c].Select(letter => char.IsControl(letter) ? '?' : letter));
                text.Append(c == 0 ? "" : "  ").Append(c < words ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]));
            }

            while (text.Length > start && text[^1] == ' ') text.Length--;
            text.Append('\n');
        }

        return text.ToString();
    }
}
