using Espalier.Compilation.Model;
using Espalier.Data;

namespace Espalier.Reporting;

/// <summary>Some samples of a picture set side by side: a row for each class, or, without classes, one row of the first samples.</summary>
public static class ContactSheet
{
    private const int Gap = 1;
    private const byte GapShade = 64;
    private const long MostBytes = 1 << 28;

    /// <summary>Whether the samples of a set can be shown: one channel (grey) or three (RGB) of at least 2 x 2 pixels.</summary>
    public static bool CanShow(Dataset set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return set.InputShape is { Channels: 1 or 3, Height: > 1, Width: > 1 };
    }

    /// <summary>
    /// The samples that a sheet shows: the first <paramref name="perClass"/> of each class, by class; -1 where a class has no more.
    /// </summary>
    public static int[] Choose(Dataset set, int perClass)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perClass);
        int rows = RowCount(set);
        var chosen = new int[rows * perClass];
        Array.Fill(chosen, -1);
        var counts = new int[rows];
        for (int i = 0; i < set.Count; i++)
        {
            int row = set.Labels?[i] ?? 0;
            if (counts[row] < perClass) chosen[row * perClass + counts[row]++] = i;
        }

        return chosen;
    }

    /// <summary>
    /// Draws the sheet, one pixel a value, with a line of one pixel between the samples. The set's least value is black, its greatest
    /// white.
    /// </summary>
    /// <exception cref="EspalierException">The samples are no pictures, or the sheet would be larger than 256 MB.</exception>
    public static Picture Draw(Dataset set, int perClass)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (!CanShow(set))
        {
            throw new EspalierException($"{set.Name}: samples of {set.InputShape} are no pictures; ask for the summary instead.");
        }

        (int channels, int tileHeight, int tileWidth) = set.InputShape;
        long fullWidth = perClass * (tileWidth + (long)Gap) - Gap, fullHeight = RowCount(set) * (tileHeight + (long)Gap) - Gap;
        if ((Int128)fullWidth * fullHeight * channels > MostBytes)
        {
            throw new EspalierException(
                $"{set.Name}: a sheet of {fullWidth} x {fullHeight} pixels is too large; ask for fewer samples of each class.");
        }

        (int width, int height) = ((int)fullWidth, (int)fullHeight);
        int[] chosen = Choose(set, perClass);
        var pixels = new byte[width * height * channels];
        Array.Fill(pixels, GapShade);
        (float least, float most) = Range(set);
        for (int i = 0; i < chosen.Length; i++)
        {
            if (chosen[i] < 0) continue;
            int left = i % perClass * (tileWidth + Gap), top = i / perClass * (tileHeight + Gap);
            DrawTile(set.Input(chosen[i]), set.InputShape, least, most, pixels.AsSpan((top * width + left) * channels), width);
        }

        return new Picture(width, height, channels, pixels);
    }

    private static int RowCount(Dataset set) => set.Labels is null ? 1 : set.ClassNames.Count;

    private static void DrawTile(ReadOnlySpan<float> sample, Shape shape, float least, float most, Span<byte> target, int width)
    {
        float scale = most > least ? 255 / (most - least) : 0;
        for (int c = 0; c < shape.Channels; c++)
        {
            for (int y = 0; y < shape.Height; y++)
            {
                for (int x = 0; x < shape.Width; x++)
                {
                    float value = sample[(c * shape.Height + y) * shape.Width + x];
                    target[(y * width + x) * shape.Channels + c] = (byte)(scale * (value - least) + 0.5f);
                }
            }
        }
    }

    private static (float Least, float Most) Range(Dataset set)
    {
        float least = float.MaxValue, most = float.MinValue;
        foreach (float value in set.Inputs) (least, most) = (Math.Min(least, value), Math.Max(most, value));
        return (least, most);
    }
}
