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
    /// <summary>The chart as SVG text of 720 x 420 pixels; taller where the legend takes more than one row.</summary>
    /// <exception cref="InvalidOperationException">There is no point, or a logarithmic axis meets a value that is not positive.</exception>
    public string ToSvg()
    {
        var frame = new ChartFrame(Title, X, Y, [.. Series.SelectMany(series => series.Points)], Series.Select(series => series.Name));
        for (int i = 0; i < Series.Count; i++) Draw(frame, Series[i], Palette.Series(i));
        frame.DrawLegend(i => Dashes(Series[i]));
        return frame.Canvas.ToString();
    }

    private static void Draw(ChartFrame frame, ChartSeries series, string colour)
    {
        var path = new StringBuilder();
        foreach ((double x, double y) in series.Points)
        {
            path.Append(path.Length == 0 ? 'M' : 'L')
                .Append(SvgCanvas.Format(frame.MapX(x))).Append(' ').Append(SvgCanvas.Format(frame.MapY(y)));
        }

        frame.Canvas.Path(path.ToString(), colour, 2, dashes: Dashes(series));
        if (series.Points.Count > 60) return;
        foreach ((double x, double y) in series.Points)
        {
            frame.Canvas.Circle(frame.MapX(x), frame.MapY(y), 3, colour, tooltip: $"{series.Name}: {Axis.Text(x)}, {Axis.Text(y)}");
        }
    }

    private static string? Dashes(ChartSeries series) => series.Dashed ? "6 4" : null;
}
