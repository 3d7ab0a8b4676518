using Espalier.Reporting;

namespace Espalier.Cli;

/// <summary>
/// A table for people. In a window that is too narrow for its lines each row becomes a paragraph instead, because folded lines cannot be
/// read.
/// </summary>
/// <param name="columns">The names of the columns.</param>
/// <param name="words">How many of them stand at the left; those that follow are numbers.</param>
/// <param name="title">A line above the table; empty for none.</param>
internal sealed class TerminalTable(string[] columns, int words, string title = "")
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row of as many cells as there are columns.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes the table, or the paragraphs, and an empty line.</summary>
    public void Write(Terminal terminal)
    {
        string text = TextTable.Format([columns, .. _rows], words);
        if (title.Length > 0) terminal.Print(title);
        if (text.Split('\n').Max(line => line.Length) <= terminal.Width) terminal.Print(text);
        else _rows.ForEach(row => WriteParagraph(terminal, row));
    }

    /// <summary>The first cell, and below it the others that are not empty.</summary>
    private void WriteParagraph(Terminal terminal, string[] cells)
    {
        terminal.Print(cells[0]);
        int widest = columns.Max(name => name.Length);
        IEnumerable<string[]> rest = columns.Zip(cells, (name, cell) => new[] { "  " + name.PadRight(widest), cell })
            .Skip(1).Where(line => line[1].Length > 0);
        terminal.Print(TextTable.Format([.. rest], words: 2));
    }
}
