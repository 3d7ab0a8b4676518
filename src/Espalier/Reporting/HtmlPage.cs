using System.Net;
using System.Text;

namespace Espalier.Reporting;

/// <summary>
/// Builds one HTML page that stands alone: style within, pictures inline, no script, nothing fetched. All text is escaped.
/// </summary>
public sealed class HtmlPage
{
    private const string Style = """
        body { font: 15px/1.55 system-ui, sans-serif; color: #22272e; background: #fff }
        body { max-width: 1120px; margin: 2.5rem auto; padding: 0 1.2rem }
        h1 { font-size: 1.7rem; margin: 0 0 .3rem }
        h2 { font-size: 1.15rem; margin: 2.4rem 0 .6rem; border-bottom: 1px solid #e4e7ec; padding-bottom: .25rem }
        p { max-width: 75ch } .lead { color: #667085; margin-top: 0 }
        .figures { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.2rem 0 }
        .figures div { border: 1px solid #e4e7ec; border-radius: 8px; padding: .7rem 1.1rem; min-width: 9rem }
        .figures b { display: block; font-size: 1.45rem; font-weight: 600 } .figures span { color: #667085; font-size: .85rem }
        table { border-collapse: collapse; margin: .8rem 0 }
        th, td { padding: .3rem .9rem .3rem 0; text-align: right; border-bottom: 1px solid #e4e7ec }
        th { font-weight: 600; font-size: .85rem; color: #667085 } th:first-child, td:first-child { text-align: left }
        figure { margin: 1rem 0; overflow-x: auto } figcaption { color: #667085; font-size: .85rem } svg { max-width: 100%; height: auto }
        pre { background: #f6f7f9; border-radius: 8px; padding: .9rem 1.1rem; overflow-x: auto; font: 12.5px/1.5 ui-monospace, monospace }
        """;

    private readonly string _title;
    private readonly StringBuilder _body = new();

    /// <summary>Starts a page whose heading is <paramref name="title"/>, with a line below it.</summary>
    public HtmlPage(string title, string lead)
    {
        _title = title;
        Element("h1", title);
        _body.Append("<p class=\"lead\">").Append(Escape(lead)).Append("</p>\n");
    }

    /// <summary>A heading.</summary>
    public HtmlPage Section(string heading) => Element("h2", heading);

    /// <summary>A paragraph.</summary>
    public HtmlPage Paragraph(string text) => Element("p", text);

    /// <summary>Large figures with their names, side by side.</summary>
    public HtmlPage Figures(IEnumerable<(string Value, string Name)> figures)
    {
        ArgumentNullException.ThrowIfNull(figures);
        _body.Append("<div class=\"figures\">\n");
        foreach ((string value, string name) in figures)
        {
            _body.Append("<div><b>").Append(Escape(value)).Append("</b><span>").Append(Escape(name)).Append("</span></div>\n");
        }

        _body.Append("</div>\n");
        return this;
    }

    /// <summary>A table; the first column is text, the others are set flush right.</summary>
    public HtmlPage Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        ArgumentNullException.ThrowIfNull(headings);
        ArgumentNullException.ThrowIfNull(rows);
        _body.Append("<table>\n");
        Row("th", headings);
        foreach (IReadOnlyList<string> row in rows) Row("td", row);
        _body.Append("</table>\n");
        return this;
    }

    /// <summary>A picture given as an SVG element, trusted as it is, with a caption.</summary>
    public HtmlPage Picture(string svg, string caption)
    {
        _body.Append("<figure>\n").Append(svg).Append("<figcaption>").Append(Escape(caption)).Append("</figcaption>\n</figure>\n");
        return this;
    }

    /// <summary>Text in a fixed pitch, line by line.</summary>
    public HtmlPage Code(string text)
    {
        _body.Append("<pre>").Append(Escape(text)).Append("</pre>\n");
        return this;
    }

    /// <summary>The whole page.</summary>
    public override string ToString() =>
        $"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
        + $"<title>{Escape(_title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n{_body}</body>\n</html>\n";

    private HtmlPage Element(string name, string text)
    {
        _body.Append('<').Append(name).Append('>').Append(Escape(text)).Append("</").Append(name).Append(">\n");
        return this;
    }

    private void Row(string cell, IReadOnlyList<string> texts)
    {
        _body.Append("<tr>");
        foreach (string text in texts)
        {
            _body.Append('<').Append(cell).Append('>').Append(Escape(text)).Append("</").Append(cell).Append('>');
        }

        _body.Append("</tr>\n");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
