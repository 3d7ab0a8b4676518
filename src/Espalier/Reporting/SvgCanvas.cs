using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;

namespace Espalier.Reporting;

/// <summary>
/// Writes a picture as SVG text: the few shapes the reports need, numbers with at most two decimals in the invariant culture,
/// so that the same picture is the same text on every machine. Lengths are in pixels, the origin is the top left corner.
/// </summary>
public sealed class SvgCanvas
{
    private readonly StringBuilder _body = new();
    private string _element = "";

    /// <summary>Starts an empty picture of <paramref name="width"/> x <paramref name="height"/> pixels.</summary>
    /// <param name="width">The width of the picture.</param>
    /// <param name="height">The height of the picture.</param>
    /// <param name="title">What the picture shows, for screen readers and for browsers' tooltips.</param>
    public SvgCanvas(double width, double height, string title) => (Width, Height, Title) = (width, height, title);

    /// <summary>The width of the picture.</summary>
    public double Width { get; }

    /// <summary>The height of the picture.</summary>
    public double Height { get; }

    /// <summary>What the picture shows.</summary>
    public string Title { get; }

    /// <summary>A straight line.</summary>
    public void Line(double x1, double y1, double x2, double y2, string stroke, double width = 1, string? dashes = null) =>
        Open("line").Number("x1", x1).Number("y1", y1).Number("x2", x2).Number("y2", y2)
            .Text("stroke", stroke).Number("stroke-width", width).Text("stroke-dasharray", dashes).Close();

    /// <summary>
    /// A filled rectangle with corners of radius <paramref name="radius"/>; <paramref name="tooltip"/> shows when pointed at.
    /// </summary>
    public void Rectangle(
        double x, double y, double width, double height, string fill, string? stroke = null, double radius = 0, string? tooltip = null) =>
        Open("rect").Number("x", x).Number("y", y).Number("width", width).Number("height", height)
            .Number("rx", radius == 0 ? null : radius).Text("fill", fill).Text("stroke", stroke).Close(tooltip);

    /// <summary>A filled circle.</summary>
    public void Circle(double x, double y, double radius, string fill, string? stroke = null, string? tooltip = null) =>
        Open("circle").Number("cx", x).Number("cy", y).Number("r", radius).Text("fill", fill).Text("stroke", stroke).Close(tooltip);

    /// <summary>A path given by <paramref name="path"/> in SVG's path language, stroked and not filled.</summary>
    public void Path(string path, string stroke, double width, double opacity = 1, string? dashes = null) =>
        Open("path").Text("d", path).Text("fill", "none").Text("stroke", stroke).Number("stroke-width", width)
            .Number("stroke-opacity", opacity == 1 ? null : opacity).Text("stroke-dasharray", dashes)
            .Text("stroke-linejoin", "round").Close();

    /// <summary>A picture given as a PNG file's bytes, scaled to the box without smoothing.</summary>
    public void Image(double x, double y, double width, double height, byte[] png) =>
        Open("image").Number("x", x).Number("y", y).Number("width", width).Number("height", height)
            .Text("style", "image-rendering:pixelated").Text("href", "data:image/png;base64," + Convert.ToBase64String(png)).Close();

    /// <summary>A line of text whose anchor is "start", "middle" or "end".</summary>
    public void Label(
        double x, double y, string text, double size = 12, string anchor = "start", string fill = Palette.Ink,
        bool bold = false, double rotate = 0)
    {
        Open("text").Number("x", x).Number("y", y).Number("font-size", size).Text("text-anchor", anchor).Text("fill", fill)
            .Text("font-weight", bold ? "600" : null)
            .Text("transform", rotate == 0 ? null : $"rotate({Format(rotate)} {Format(x)} {Format(y)})");
        _body.Append('>').Append(Encode(text)).Append("</text>\n");
    }

    /// <summary>The picture as an SVG element that stands alone or inside an HTML page.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Format(Width)} {Format(Height)}\" "
        + $"width=\"{Format(Width)}\" height=\"{Format(Height)}\" "
        + $"font-family=\"system-ui, sans-serif\" role=\"img\">\n<title>{Encode(Title)}</title>\n"
        + $"<rect width=\"100%\" height=\"100%\" fill=\"{Palette.Paper}\"/>\n{_body}</svg>\n");

    /// <summary>A coordinate with at most two decimals.</summary>
    public static string Format(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);

    private SvgCanvas Open(string element)
    {
        _element = element;
        _body.Append('<').Append(element);
        return this;
    }

    private SvgCanvas Number(string name, double? value) => value is double number ? Text(name, Format(number)) : this;

    private SvgCanvas Text(string name, string? value)
    {
        if (value is not null) _body.Append(' ').Append(name).Append("=\"").Append(Encode(value)).Append('"');
        return this;
    }

    private void Close(string? tooltip = null)
    {
        if (tooltip is null) _body.Append("/>\n");
        else _body.Append("><title>").Append(Encode(tooltip)).Append("</title></").Append(_element).Append(">\n");
    }

    // Names of classes and sets come from files, and XML has no way to write most control characters.
    private static string Encode(string text) =>
        WebUtility.HtmlEncode(string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c : '\uFFFD')));
}
