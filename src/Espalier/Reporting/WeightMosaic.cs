using Espalier.Compilation.Model;

namespace Espalier.Reporting;

/// <summary>
/// The weights of a layer as a picture: blue for positive and orange for negative ones, stronger where the weight is larger, grey where
/// there is none. A convolution is a tile of taps for each filter (row) and channel (column); the filters of one channel wrap around. A
/// fully connected layer has a row for each unit and a column for each input; where that is too large, the largest weight of a block stands
/// for all of it.
/// </summary>
internal static class WeightMosaic
{
    private const int MaxSide = 256;
    private const byte Paper = 0xff;

    private static readonly (int Red, int Green, int Blue) s_none = (0xe4, 0xe7, 0xec);

    /// <summary>Draws <paramref name="layer"/>.</summary>
    public static Picture Draw(WeightedLayer layer)
    {
        float[] dense = layer.Weights.ToDense();
        return layer is ConvolutionLayer convolution
            ? DrawTiles(convolution, dense)
            : DrawMatrix(dense, layer.Weights.Rows, layer.Weights.Columns);
    }

    private static Picture DrawTiles(ConvolutionLayer layer, float[] dense)
    {
        (int filters, int channels, Window window) = (layer.Weights.Rows, layer.GroupChannels, layer.Window);
        int tiles = filters * channels;
        int across = channels > 1 ? channels : (int)Math.Ceiling(Math.Sqrt(filters));
        int down = (tiles + across - 1) / across;
        int width = across * (window.Width + 1) - 1, height = down * (window.Height + 1) - 1;
        var canvas = new Canvas(width, height, Largest(dense));
        for (int i = 0; i < dense.Length; i++)
        {
            (int tile, int tap) = (i / window.Length, i % window.Length);
            int x = tile % across * (window.Width + 1) + tap % window.Width, y = tile / across * (window.Height + 1) + tap / window.Width;
            canvas.Set(x, y, dense[i]);
        }

        return canvas.ToPicture();
    }

    private static Picture DrawMatrix(float[] dense, int rows, int columns)
    {
        int block = (Math.Max(rows, columns) + MaxSide - 1) / MaxSide;
        int width = (columns + block - 1) / block, height = (rows + block - 1) / block;
        var largest = new float[width * height];
        for (int i = 0; i < dense.Length; i++)
        {
            ref float cell = ref largest[i / columns / block * width + i % columns / block];
            if (Math.Abs(dense[i]) > Math.Abs(cell)) cell = dense[i];
        }

        var canvas = new Canvas(width, height, Largest(dense));
        for (int i = 0; i < largest.Length; i++) canvas.Set(i % width, i / width, largest[i]);
        return canvas.ToPicture();
    }

    private static float Largest(float[] weights) => weights.Max(Math.Abs);

    /// <summary>Pixels that start as paper.</summary>
    private sealed class Canvas
    {
        private readonly int _width, _height;
        private readonly float _largest;
        private readonly byte[] _pixels;

        public Canvas(int width, int height, float largest)
        {
            (_width, _height, _largest, _pixels) = (width, height, largest, new byte[width * height * 3]);
            _pixels.AsSpan().Fill(Paper);
        }

        public void Set(int x, int y, float weight)
        {
            (int red, int green, int blue) = s_none;
            if (weight != 0)
            {
                // The square root: most weights are far smaller than the largest, and all of them are to be seen.
                float strength = 0.25f + 0.75f * MathF.Sqrt(Math.Abs(weight) / _largest);
                (red, green, blue) = weight > 0 ? (0x00, 0x72, 0xb2) : (0xd5, 0x5e, 0x00);
                (red, green, blue) = (Mix(red), Mix(green), Mix(blue));

                int Mix(int colour) => (int)(Paper + (colour - Paper) * strength);
            }

            Span<byte> pixel = _pixels.AsSpan((y * _width + x) * 3, 3);
            (pixel[0], pixel[1], pixel[2]) = ((byte)red, (byte)green, (byte)blue);
        }

        public Picture ToPicture() => new(_width, _height, 3, _pixels);
    }
}
