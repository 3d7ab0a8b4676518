using System.Globalization;
using System.Text;
using System.Xml;
using Espalier.Data;

namespace Espalier.Reporting;

/// <summary>A contact sheet as SVG: the picture, enlarged without smoothing, with the name of each row's class to its left.</summary>
public static class ContactSheetSvg
{
    private const int Zoom = 2;
    private const int FontSize = 14;
    private const int LetterWidth = 9;

    /// <summary>Draws the sheet; the same set gives the same text.</summary>
    /// <exception cref="EspalierException">The samples are no pictures.</exception>
    public static string Draw(Dataset set, int perClass)
    {
        Picture picture = ContactSheet.Draw(set, perClass);
        IReadOnlyList<string> names = set.ClassNames;
        int labelWidth = names.Count == 0 ? 0 : (names.Max(name => name.Length) + 1) * LetterWidth;
        int width = labelWidth + picture.Width * Zoom, height = picture.Height * Zoom;
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, NewLineChars = "\n" }))
        {
            xml.WriteStartElement("svg", "http://www.w3.org/2000/svg");
            WriteNumbers(xml, ("width", width), ("height", height));
            xml.WriteAttributeString("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {height}"));
            xml.WriteAttributeString("font-family", "sans-serif");
            WriteNumbers(xml, ("font-size", FontSize));
            xml.WriteElementString("title", ToXml($"{set.Name}: {perClass} samples of each class"));
            double rowHeight = height / (double)Math.Max(1, names.Count);
            for (int row = 0; row < names.Count; row++) WriteLabel(xml, names[row], labelWidth - LetterWidth, (row + 0.5) * rowHeight);
            xml.WriteStartElement("image");
            WriteNumbers(xml, ("x", labelWidth), ("y", 0), ("width", picture.Width * Zoom), ("height", height));
            xml.WriteAttributeString("style", "image-rendering:pixelated");
            xml.WriteAttributeString("href", "data:image/png;base64," + Convert.ToBase64String(PngEncoder.ToBytes(picture)));
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return text.Append('\n').ToString();
    }

    private static void WriteLabel(XmlWriter xml, string name, double right, double middle)
    {
        xml.WriteStartElement("text");
        WriteNumbers(xml, ("x", right), ("y", middle));
        xml.WriteAttributeString("text-anchor", "end");
        xml.WriteAttributeString("dominant-baseline", "central");
        xml.WriteString(ToXml(name));
        xml.WriteEndElement();
    }

    private static void WriteNumbers(XmlWriter xml, params (string Name, double Value)[] attributes)
    {
        foreach ((string name, double value) in attributes)
        {
            xml.WriteAttributeString(name, value.ToString("0.##", CultureInfo.InvariantCulture));
        }
    }

    // Class names come from files; XML has no way to write most control characters.
    private static string ToXml(string text) =>
        string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c : '\uFFFD'));
}
