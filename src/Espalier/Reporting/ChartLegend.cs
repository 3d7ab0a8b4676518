namespace Espalier.Reporting;

/// <summary>The names of a chart's lines, side by side in as many rows as they need.</summary>
internal sealed class ChartLegend
{
    // A letter of size 11 takes 6.2 pixels on average over the usual fonts; nothing here can measure text.
    private const double FontSize = 11, LetterWidth = 6.2, MarkWidth = 18, MarkRoom = 24, Gap = 20;

    private readonly List<Piece> _pieces = [];

    /// <summary>
    /// Lays names out from left to right. A name too long for a whole row goes on in the next one, at a space if it has any.
    /// </summary>
    /// <param name="names">The names, in drawing order.</param>
    /// <param name="width">The pixels of a row.</param>
    public ChartLegend(IEnumerable<string> names, double width)
    {
        int most = (int)((width - MarkRoom) / LetterWidth), row = 0, series = 0;
        double x = 0;
        foreach (string name in names)
        {
            if (x > 0 && x + MarkRoom + LetterWidth * name.Length > width) (x, row) = (0, row + 1);
            string rest = name;
            for (bool isFirst = true; isFirst || rest.Length > 0; isFirst = false)
            {
                if (!isFirst) row++;
                int end = rest.Length <= most ? rest.Length : rest.LastIndexOf(' ', most) is > 0 and var space ? space : most;
                _pieces.Add(new Piece(series, x, row, rest[..end], isFirst));
                rest = rest[end..].TrimStart();
            }

            x += MarkRoom + LetterWidth * _pieces[^1].Text.Length + Gap;
            series++;
        }

        Rows = row + 1;
    }

    /// <summary>The number of rows, at least one.</summary>
    public int Rows { get; }

    /// <summary>Draws the names, each behind a mark as its line is drawn.</summary>
    /// <param name="canvas">What is drawn on.</param>
    /// <param name="left">Where rows begin.</param>
    /// <param name="top">The middle of the first row's marks.</param>
    /// <param name="rowHeight">The pixels from row to row.</param>
    /// <param name="dashes">The dashes of a line by its index, or null for none.</param>
    public void Draw(SvgCanvas canvas, double left, double top, double rowHeight, Func<int, string?> dashes)
    {
        foreach (Piece piece in _pieces)
        {
            double x = left + piece.X, y = top + rowHeight * piece.Row;
            if (piece.IsFirst) canvas.Line(x, y, x + MarkWidth, y, Palette.Series(piece.Series), 3, dashes(piece.Series));
            canvas.Label(x + MarkRoom, y + 4, piece.Text, FontSize, fill: Palette.Muted);
        }
    }

    /// <summary>A name, or as much of it as fits a row.</summary>
    private readonly record struct Piece(int Series, double X, int Row, string Text, bool IsFirst);
}
