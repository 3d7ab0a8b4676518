using System;
using System.Text;

namespace Espalier.Compilation.Emit;

/// <summary>
/// Takes the directives out of a generated file that name a type which the file does not mention: the compiler would remark on each.
/// </summary>
internal static class AliasTrimmer
{
    private const string Directive = "using ";

    /// <summary>The text without them. Directives stand together, each on a line of its own.</summary>
    public static string Trim(string text)
    {
        int start = text.IndexOf("\n" + Directive, StringComparison.Ordinal) + 1;
        if (start == 0) return text;
        int end = start;
        while (IsDirective(text, end)) end = text.IndexOf('\n', end) + 1;
        var kept = new StringBuilder();
        for (int line = start; line < end; line = text.IndexOf('\n', line) + 1)
        {
            int name = line + Directive.Length;
            string alias = text.Substring(name, text.IndexOf(' ', name) - name);
            if (text.IndexOf(alias, end, StringComparison.Ordinal) >= 0) kept.Append(text, line, text.IndexOf('\n', line) + 1 - line);
        }

        // Without any, the empty line behind them goes, too.
        if (kept.Length == 0) end++;
        return new StringBuilder(text.Length).Append(text, 0, start).Append(kept).Append(text, end, text.Length - end).ToString();
    }

    private static bool IsDirective(string text, int start) => string.CompareOrdinal(text, start, Directive, 0, Directive.Length) == 0;
}
