using System.Globalization;
using System.Text;

namespace Espalier.Reporting;

/// <summary>Shows pictures as text: a character is one pixel wide and two high, which is about square.</summary>
public static class TerminalPicture
{
    private const string Ramp = " .:-=+*#%@";
    private const string Blocks = " ▄▀█";
    private const int White = 128;

    /// <summary>A picture as lines of text, each ended by <c>\n</c>. Ink is what is bright, as on a dark terminal.</summary>
    public static string Render(Picture picture, TerminalStyle style)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var text = new StringBuilder();
        for (int y = 0; y < picture.Height; y += 2)
        {
            if (style == TerminalStyle.Colour) AppendColourLine(picture, y, text);
            else AppendPlainLine(picture, y, style, text);
            text.Append('\n');
        }

        return text.ToString();
    }

    private static void AppendPlainLine(Picture picture, int y, TerminalStyle style, StringBuilder text)
    {
        int start = text.Length;
        for (int x = 0; x < picture.Width; x++)
        {
            int upper = picture.Brightness(x, y), lower = y + 1 < picture.Height ? picture.Brightness(x, y + 1) : 0;
            text.Append(style == TerminalStyle.Ascii
                ? Ramp[(upper + lower) * Ramp.Length / (2 * 255 + 1)]
                : Blocks[(upper >= White ? 2 : 0) + (lower >= White ? 1 : 0)]);
        }

        while (text.Length > start && text[^1] == ' ') text.Length--;
    }

    private static void AppendColourLine(Picture picture, int y, StringBuilder text)
    {
        (byte, byte, byte)? foreground = null, background = null;
        for (int x = 0; x < picture.Width; x++)
        {
            (byte, byte, byte) upper = picture.Colour(x, y), lower = y + 1 < picture.Height ? picture.Colour(x, y + 1) : default;
            if (upper != foreground) AppendColour(text, 38, upper);
            if (lower != background) AppendColour(text, 48, lower);
            (foreground, background) = (upper, lower);
            text.Append('▀');
        }

        text.Append("\u001b[0m");
    }

    private static void AppendColour(StringBuilder text, int ground, (byte Red, byte Green, byte Blue) colour) =>
        text.Append(CultureInfo.InvariantCulture, $"\u001b[{ground};2;{colour.Red};{colour.Green};{colour.Blue}m");
}
