namespace Espalier.Data.Digits;

/// <summary>Draws a line with a round pen, its edge one pixel soft.</summary>
internal static class PenRasterizer
{
    /// <summary>Draws the line's segments into a cleared picture; a pixel takes the darkest segment's ink.</summary>
    public static void Draw(ReadOnlySpan<PenPoint> line, Span<byte> pixels)
    {
        Span<double> depths = stackalloc double[SyntheticDigits.PixelCount];
        depths.Clear();
        for (int i = 1; i < line.Length; i++)
        {
            if (!line[i].StartsStroke) DrawSegment(line[i - 1], line[i], depths);
        }

        for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)(255 * Math.Min(depths[i], 1) + 0.5);
    }

    /// <summary>
    /// Raises the ink of the pixels near a segment: the pen's radius plus half a pixel, less the distance of the pixel's centre.
    /// </summary>
    private static void DrawSegment(PenPoint from, PenPoint to, Span<double> depths)
    {
        double reach = Math.Max(from.Radius, to.Radius) + 0.5;
        (int left, int right) = Range(from.X, to.X, reach);
        (int top, int bottom) = Range(from.Y, to.Y, reach);
        double dx = to.X - from.X, dy = to.Y - from.Y, square = dx * dx + dy * dy;
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                double px = x + 0.5 - from.X, py = y + 0.5 - from.Y;
                double t = square > 0 ? Math.Clamp((px * dx + py * dy) / square, 0, 1) : 0;
                double ex = px - t * dx, ey = py - t * dy;
                double depth = from.Radius + t * (to.Radius - from.Radius) + 0.5 - Math.Sqrt(ex * ex + ey * ey);
                ref double pixel = ref depths[y * SyntheticDigits.Side + x];
                if (depth > pixel) pixel = depth;
            }
        }
    }

    private static (int First, int Last) Range(double a, double b, double reach) =>
        (Math.Max(0, (int)Math.Floor(Math.Min(a, b) - reach - 0.5)),
         Math.Min(SyntheticDigits.Side - 1, (int)Math.Ceiling(Math.Max(a, b) + reach - 0.5)));
}
