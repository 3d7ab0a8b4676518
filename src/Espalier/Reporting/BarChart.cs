namespace Espalier.Reporting;

/// <summary>A chart of horizontal bars on a logarithmic scale: times of contenders, sizes of forms.</summary>
/// <param name="Title">What the chart shows.</param>
/// <param name="Unit">The unit behind each value.</param>
/// <param name="Bars">Name and positive value of each bar, top to bottom.</param>
/// <param name="Emphasised">The name of the bar that is drawn in the first colour; the others are grey.</param>
public sealed record BarChart(string Title, string Unit, IReadOnlyList<(string Name, double Value)> Bars, string? Emphasised = null)
{
    private const double Width = 720, Left = 150, Right = 110, Top = 44, Row = 26;

    /// <summary>The chart as SVG text, 720 pixels wide.</summary>
    /// <exception cref="InvalidOperationException">There is no bar, or a value is not positive.</exception>
    public string ToSvg()
    {
        if (Bars.Count == 0 || Bars.Any(bar => !(bar.Value > 0))) throw new InvalidOperationException("A bar chart needs positive values.");
        double low = Bars.Min(bar => bar.Value) / 2, high = Bars.Max(bar => bar.Value);
        var axis = new Axis(Unit, Logarithmic: true);
        var canvas = new SvgCanvas(Width, Top + Row * Bars.Count + 14, Title);
        canvas.Label(16, 24, Title, 15, bold: true);
        for (int i = 0; i < Bars.Count; i++)
        {
            (string name, double value) = Bars[i];
            double y = Top + i * Row, length = Math.Max(2, axis.Position(value, low, high) * (Width - Left - Right));
            canvas.Label(Left - 10, y + 15, name, 12, "end");
            canvas.Rectangle(Left, y + 2, length, Row - 7, name == Emphasised ? Palette.Series(0) : "#aab2bf", radius: 2);
            canvas.Label(Left + length + 8, y + 15, $"{Axis.Text(value)} {Unit}", 12, fill: Palette.Muted);
        }

        return canvas.ToString();
    }
}
