namespace Espalier.Reporting;

/// <summary>A picture of 8-bit samples: grey (one channel) or red, green, blue (three), pixel by pixel, row by row from the top.</summary>
public sealed class Picture
{
    /// <summary>Makes a picture around its pixels, which the caller gives away.</summary>
    /// <exception cref="ArgumentException">There is no pixel, the channels are not 1 or 3, or their number does not fit the
    /// size.</exception>
    public Picture(int width, int height, int channels, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentNullException.ThrowIfNull(pixels);
        if (channels is not (1 or 3)) throw new ArgumentOutOfRangeException(nameof(channels), channels, "A picture has 1 or 3 channels.");
        if (pixels.Length != (long)width * height * channels)
        {
            throw new ArgumentException($"{pixels.Length} bytes for {width} x {height} pixels of {channels}.", nameof(pixels));
        }

        (Width, Height, Channels, Pixels) = (width, height, channels, pixels);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>1 or 3.</summary>
    public int Channels { get; }

    /// <summary>Height x Width x Channels samples.</summary>
    public byte[] Pixels { get; }

    /// <summary>The colour of a pixel.</summary>
    public (byte Red, byte Green, byte Blue) Colour(int x, int y)
    {
        int at = (y * Width + x) * Channels;
        return Channels == 1 ? (Pixels[at], Pixels[at], Pixels[at]) : (Pixels[at], Pixels[at + 1], Pixels[at + 2]);
    }

    /// <summary>The brightness of a pixel, 0 to 255, by the weights of ITU-R BT.601.</summary>
    public byte Brightness(int x, int y)
    {
        (byte red, byte green, byte blue) = Colour(x, y);
        return (byte)((299 * red + 587 * green + 114 * blue + 500) / 1000);
    }
}
