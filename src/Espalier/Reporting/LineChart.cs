using System.Text;

namespace Espalier.Reporting;

/// <summary>A named line of a chart.</summary>
/// <param name="Name">The legend's text.</param>
/// <param name="Points">x and y of each point, in drawing order.</param>
/// <param name="Dashed">Whether the line is dashed (predictions, references).</param>
public sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points, bool Dashed = false);

/// <summary>A chart of lines over a common pair of axes, drawn as SVG.</summary>
/// <param name="Title">What the chart shows.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Series">The lines; at least one point in all.</param>
public sealed record LineChart(string Title, Axis X, Axis Y, IReadOnlyList<ChartSeries> Series)
{
    private const double Width = 720, PlainHeight = 420, Left = 70, Right = 20, PlainTop = 48, Bottom = 58;

    // Where the legend begins, and what each row after the first adds to the picture.
    private const double LegendTop = 39, LegendRow = 16;

    /// <summary>The chart as SVG text of 720 x 420 pixels; taller where the legend takes more than one row.</summary>
    /// <exception cref="InvalidOperationException">There is no point, or a logarithmic axis meets a value that is not positive.</exception>
    public string ToSvg()
    {
        (double lowX, double highX) = Range(X, Series.SelectMany(series => series.Points).Select(point => point.X));
        (double lowY, double highY) = Range(Y, Series.SelectMany(series => series.Points).Select(point => point.Y));
        var legend = new ChartLegend(Series.Select(series => series.Name), Width - Right - Left);
        double extra = LegendRow * (legend.Rows - 1), height = PlainHeight + extra, top = PlainTop + extra;
        double MapX(double x) => Left + X.Position(x, lowX, highX) * (Width - Left - Right);
        double MapY(double y) => height - Bottom - Y.Position(y, lowY, highY) * (height - top - Bottom);

        var canvas = new SvgCanvas(Width, height, Title);
        canvas.Label(Left, 24, Title, 15, bold: true);
        foreach (double tick in X.Ticks(lowX, highX))
        {
            canvas.Line(MapX(tick), top, MapX(tick), height - Bottom, Palette.Faint);
            canvas.Label(MapX(tick), height - Bottom + 18, Axis.Text(tick), 11, "middle", Palette.Muted);
        }

        foreach (double tick in Y.Ticks(lowY, highY))
        {
            canvas.Line(Left, MapY(tick), Width - Right, MapY(tick), Palette.Faint);
            canvas.Label(Left - 8, MapY(tick) + 4, Axis.Text(tick), 11, "end", Palette.Muted);
        }

        canvas.Label((Left + Width - Right) / 2, height - 16, X.Label, 12, "middle");
        canvas.Label(18, (top + height - Bottom) / 2, Y.Label, 12, "middle", rotate: -90);
        for (int i = 0; i < Series.Count; i++) Draw(canvas, Series[i], Palette.Series(i), MapX, MapY);
        legend.Draw(canvas, Left, LegendTop, LegendRow, i => Dashes(Series[i]));
        return canvas.ToString();
    }

    private static void Draw(SvgCanvas canvas, ChartSeries series, string colour, Func<double, double> mapX, Func<double, double> mapY)
    {
        var path = new StringBuilder();
        foreach ((double x, double y) in series.Points)
        {
            path.Append(path.Length == 0 ? 'M' : 'L').Append(SvgCanvas.Format(mapX(x))).Append(' ').Append(SvgCanvas.Format(mapY(y)));
        }

        canvas.Path(path.ToString(), colour, 2, dashes: Dashes(series));
        if (series.Points.Count > 60) return;
        foreach ((double x, double y) in series.Points)
        {
            canvas.Circle(mapX(x), mapY(y), 3, colour, tooltip: $"{series.Name}: {Axis.Text(x)}, {Axis.Text(y)}");
        }
    }

    private static string? Dashes(ChartSeries series) => series.Dashed ? "6 4" : null;

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
