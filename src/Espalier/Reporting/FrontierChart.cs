using System.Text;

namespace Espalier.Reporting;

/// <summary>A point of a chart.</summary>
/// <param name="X">Where it is on the horizontal axis.</param>
/// <param name="Y">Where it is on the vertical axis.</param>
/// <param name="Label">What it is, shown when pointed at.</param>
public readonly record struct ChartMark(double X, double Y, string Label);

/// <summary>Points of several kinds over a common pair of axes, and a line through the best of them, drawn as SVG.</summary>
/// <param name="Title">What the chart shows.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Kinds">The points by kind, each with a colour of its own; at least one point in all.</param>
/// <param name="Frontier">The best, in the order of the line; their labels are written beside them.</param>
public sealed record FrontierChart(
    string Title, Axis X, Axis Y, IReadOnlyList<(string Name, IReadOnlyList<ChartMark> Marks)> Kinds, IReadOnlyList<ChartMark> Frontier)
{
    /// <summary>The chart as SVG text of 720 x 420 pixels; taller where the legend takes more than one row.</summary>
    /// <exception cref="InvalidOperationException">There is no point, or a logarithmic axis meets a value that is not positive.</exception>
    public string ToSvg()
    {
        (double, double)[] points = [.. Kinds.SelectMany(kind => kind.Marks).Select(mark => (mark.X, mark.Y))];
        var frame = new ChartFrame(Title, X, Y, points, Kinds.Select(kind => kind.Name));
        DrawFrontier(frame);
        for (int i = 0; i < Kinds.Count; i++)
        {
            foreach (ChartMark mark in Kinds[i].Marks)
            {
                string tooltip = $"{mark.Label}: {Axis.Text(mark.X)}, {Axis.Text(mark.Y)}";
                frame.Canvas.Circle(frame.MapX(mark.X), frame.MapY(mark.Y), 4, Palette.Series(i), tooltip: tooltip);
            }
        }

        frame.DrawLegend(_ => null);
        return frame.Canvas.ToString();
    }

    // Under the points, so that the best show as rings around their own colour.
    private void DrawFrontier(ChartFrame frame)
    {
        var path = new StringBuilder();
        foreach (ChartMark mark in Frontier)
        {
            (double x, double y) = (frame.MapX(mark.X), frame.MapY(mark.Y));
            path.Append(path.Length == 0 ? 'M' : 'L').Append(SvgCanvas.Format(x)).Append(' ').Append(SvgCanvas.Format(y));
            frame.Canvas.Circle(x, y, 6.5, Palette.Ink);
            bool isRight = x > frame.Canvas.Width / 2;
            frame.Canvas.Label(isRight ? x - 9 : x + 9, y - 7, mark.Label, 10, isRight ? "end" : "start", Palette.Muted);
        }

        if (Frontier.Count > 1) frame.Canvas.Path(path.ToString(), Palette.Ink, 1.5, dashes: "5 4");
    }
}
