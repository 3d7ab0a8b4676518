using Espalier.Data;

namespace Espalier.Reporting;

/// <summary>A contact sheet as SVG: the picture, enlarged without smoothing, with the name of each row's class to its left.</summary>
public static class ContactSheetSvg
{
    private const int Zoom = 2, FontSize = 14, LetterWidth = 9;

    /// <summary>Draws the sheet; the same set gives the same text.</summary>
    /// <exception cref="EspalierException">The samples are no pictures.</exception>
    public static string Draw(Dataset set, int perClass)
    {
        Picture picture = ContactSheet.Draw(set, perClass);
        IReadOnlyList<string> names = set.ClassNames;
        int labelWidth = names.Count == 0 ? 0 : (names.Max(name => name.Length) + 1) * LetterWidth;
        int width = picture.Width * Zoom, height = picture.Height * Zoom;
        var canvas = new SvgCanvas(labelWidth + width, height, $"{set.Name}: {perClass} samples of each class");
        double rowHeight = height / (double)Math.Max(1, names.Count);
        for (int row = 0; row < names.Count; row++)
        {
            // A third of the font's size below the row's middle sets the letters' own middle there.
            canvas.Label(labelWidth - LetterWidth, (row + 0.5) * rowHeight + FontSize / 3.0, names[row], FontSize, "end");
        }

        canvas.Image(labelWidth, 0, width, height, PngEncoder.ToBytes(picture));
        return canvas.ToString();
    }
}
