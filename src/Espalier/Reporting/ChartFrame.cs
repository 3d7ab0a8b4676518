namespace Espalier.Reporting;

/// <summary>The axes, the grid and the legend of a chart, and where its points are.</summary>
internal sealed class ChartFrame
{
    private const double Width = 720, PlainHeight = 420, Left = 70, Right = 20, PlainTop = 48, Bottom = 58;

    // Where the legend begins, and what each row after the first adds to the picture.
    private const double LegendTop = 39, LegendRow = 16;

    private readonly Axis _x, _y;
    private readonly double _lowX, _highX, _lowY, _highY, _top, _height;
    private readonly ChartLegend _legend;

    /// <summary>Draws axes and grid.</summary>
    /// <param name="title">What the chart shows.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="points">All points.</param>
    /// <param name="names">The names of the legend, in the order of <see cref="Palette.Series"/>.</param>
    /// <exception cref="InvalidOperationException">There is no point, or a logarithmic axis meets a value that is not positive.</exception>
    public ChartFrame(string title, Axis x, Axis y, IReadOnlyCollection<(double X, double Y)> points, IEnumerable<string> names)
    {
        (_x, _y) = (x, y);
        (_lowX, _highX) = Range(x, points.Select(point => point.X));
        (_lowY, _highY) = Range(y, points.Select(point => point.Y));
        _legend = new ChartLegend(names, Width - Right - Left);
        double extra = LegendRow * (_legend.Rows - 1);
        (_height, _top) = (PlainHeight + extra, PlainTop + extra);
        Canvas = new SvgCanvas(Width, _height, title);
        Canvas.Label(Left, 24, title, 15, bold: true);
        DrawGrid();
    }

    /// <summary>What the chart is drawn on.</summary>
    public SvgCanvas Canvas { get; }

    /// <summary>The pixel of a value on the horizontal axis.</summary>
    public double MapX(double value) => Left + _x.Position(value, _lowX, _highX) * (Width - Left - Right);

    /// <summary>The pixel of a value on the vertical axis.</summary>
    public double MapY(double value) => _height - Bottom - _y.Position(value, _lowY, _highY) * (_height - _top - Bottom);

    /// <summary>Draws the legend.</summary>
    /// <param name="dashes">The dashes of a line by its index, or null for none.</param>
    public void DrawLegend(Func<int, string?> dashes) => _legend.Draw(Canvas, Left, LegendTop, LegendRow, dashes);

    private void DrawGrid()
    {
        foreach (double tick in _x.Ticks(_lowX, _highX))
        {
            Canvas.Line(MapX(tick), _top, MapX(tick), _height - Bottom, Palette.Faint);
            Canvas.Label(MapX(tick), _height - Bottom + 18, Axis.Text(tick), 11, "middle", Palette.Muted);
        }

        foreach (double tick in _y.Ticks(_lowY, _highY))
        {
            Canvas.Line(Left, MapY(tick), Width - Right, MapY(tick), Palette.Faint);
            Canvas.Label(Left - 8, MapY(tick) + 4, Axis.Text(tick), 11, "end", Palette.Muted);
        }

        Canvas.Label((Left + Width - Right) / 2, _height - 16, _x.Label, 12, "middle");
        Canvas.Label(18, (_top + _height - Bottom) / 2, _y.Label, 12, "middle", rotate: -90);
    }

    private static (double Low, double High) Range(Axis axis, IEnumerable<double> values)
    {
        (double low, double high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (double value in values) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        if (low > high) throw new InvalidOperationException("A chart needs at least one point.");
        if (axis.Logarithmic)
        {
            if (low <= 0) throw new InvalidOperationException($"The axis '{axis.Label}' is logarithmic, but a value is {low}.");
            return low == high ? (low / 2, high * 2) : (low / 1.1, high * 1.1);
        }

        double margin = low == high ? Math.Max(Math.Abs(low) * 0.1, 0.5) : (high - low) * 0.05;
        return (low >= 0 && low - margin < 0 ? 0 : low - margin, high + margin);
    }
}
