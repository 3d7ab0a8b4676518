namespace Espalier.Data;

/// <summary>Tells from a CSV text how it is written.</summary>
internal static class CsvDialect
{
    private const int SampleRows = 20;

    // In order of preference where two fit equally: 1,5;2,5 is two numbers with decimal commas.
    private const string Separators = "\t;,";

    /// <summary>
    /// The separator: of tab, semicolon and comma the one that divides the first 20 rows into equally many fields (the most, if several
    /// do);
    /// failing that the most frequent in the first row; a space only where none of them occurs.
    /// </summary>
    public static char DetectSeparator(string text)
    {
        List<int[]> rows = CountSeparators(text);
        char best = '\0';
        (bool Regular, int Count) bestScore = (false, 0);
        for (int s = 0; s < Separators.Length && rows.Count > 0; s++)
        {
            int count = rows[0][s];
            bool regular = count > 0 && rows.TrueForAll(row => row[s] == count);
            if ((regular, count).CompareTo(bestScore) > 0) (best, bestScore) = (Separators[s], (regular, count));
        }

        if (best != '\0') return best;
        return text.AsSpan().Trim().Contains(' ') ? ' ' : ',';
    }

    /// <summary>
    /// Whether the current row of <paramref name="rows"/> names columns: it holds some text, and no number or mark of a missing one.
    /// </summary>
    public static bool LooksLikeHeader(CsvTokenizer rows)
    {
        bool anyText = false;
        for (int i = 0; i < rows.Count; i++)
        {
            ReadOnlySpan<char> field = rows[i];
            if (field.IsEmpty) continue;
            if (CsvNumber.IsMissing(field) || CsvNumber.TryParse(field, out _)) return false;
            anyText = true;
        }

        return anyText;
    }

    private static List<int[]> CountSeparators(string text)
    {
        var rows = new List<int[]>();
        var counts = new int[Separators.Length];
        bool quoted = false, empty = true;
        foreach (char c in text)
        {
            if (c == '\n' && !quoted)
            {
                if (!empty) rows.Add(counts);
                if (rows.Count == SampleRows) return rows;
                (counts, empty) = (new int[Separators.Length], true);
                continue;
            }

            if (c == '"') quoted = !quoted;
            if (!char.IsWhiteSpace(c)) empty = false;
            int separator = quoted ? -1 : Separators.IndexOf(c, StringComparison.Ordinal);
            if (separator >= 0) counts[separator]++;
        }

        if (!empty) rows.Add(counts);
        return rows;
    }
}
