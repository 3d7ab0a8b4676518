using System.Runtime.InteropServices;

namespace Espalier.Data.Digits;

/// <summary>
/// Draws one digit after the other. Only additions, multiplications, divisions and square roots of doubles decide a pixel: operations that
/// IEEE 754 rounds in one way, so that the pixels are the same on every machine.
/// </summary>
internal sealed class DigitWriter(DigitParameters parameters)
{
    private const int StepsPerSegment = 6;
    private const double Middle = SyntheticDigits.Side / 2.0;

    private readonly List<PenPoint> _line = [];
    private readonly ElasticField _field = new();

    /// <summary>Draws <paramref name="digit"/> into a picture of 28 x 28 bytes, 0 for paper and 255 for ink.</summary>
    public void Write(int digit, SeededRandom random, Span<byte> pixels)
    {
        ReadOnlySpan<(double X, double Y)[][]> variants = DigitSkeletons.Variants(digit);
        double pen = random.NextDouble(parameters.PenRadius.Least, parameters.PenRadius.Most);
        double size = random.NextDouble(parameters.Size.Least, parameters.Size.Most);
        _line.Clear();
        foreach ((double X, double Y)[] stroke in variants[random.Next(variants.Length)]) AddStroke(Wobble(stroke, random), pen, random);
        Span<PenPoint> line = CollectionsMarshal.AsSpan(_line);
        Slant(line, random);
        Fit(line, size - 2 * pen, 0, 0);
        _field.Draw(random, parameters.Elastic);
        foreach (ref PenPoint point in line) point = _field.Move(point);
        Fit(line, size - 2 * pen, Either(random, parameters.Shift), Either(random, parameters.Shift));
        PenRasterizer.Draw(line, pixels);
    }

    private static double Either(SeededRandom random, double range) => random.NextDouble(-range, range);

    private (double X, double Y)[] Wobble((double X, double Y)[] stroke, SeededRandom random)
    {
        var moved = new (double X, double Y)[stroke.Length];
        for (int i = 0; i < stroke.Length; i++)
        {
            // Both halves of a corner move together.
            bool corner = i > 0 && stroke[i] == stroke[i - 1];
            moved[i] = corner
                ? moved[i - 1]
                : (stroke[i].X + Either(random, parameters.Wobble), stroke[i].Y + Either(random, parameters.Wobble));
        }

        return moved;
    }

    /// <summary>Runs a Catmull-Rom spline (Catmull, Rom 1974) through the points, the pen's width changing from point to point.</summary>
    private void AddStroke((double X, double Y)[] points, double pen, SeededRandom random)
    {
        double NextRadius() => pen * (1 + Either(random, parameters.Pressure));
        double radius = NextRadius();
        _line.Add(new PenPoint(points[0].X, points[0].Y, radius, true));
        for (int i = 0; i + 1 < points.Length; i++)
        {
            (double X, double Y) from = points[i], to = points[i + 1];
            if (from == to) continue;
            (double X, double Y) before = points[Math.Max(i - 1, 0)], after = points[Math.Min(i + 2, points.Length - 1)];
            double nextRadius = NextRadius();
            for (int step = 1; step <= StepsPerSegment; step++)
            {
                double t = step / (double)StepsPerSegment;
                double x = Spline(before.X, from.X, to.X, after.X, t), y = Spline(before.Y, from.Y, to.Y, after.Y, t);
                _line.Add(new PenPoint(x, y, radius + t * (nextRadius - radius), false));
            }

            radius = nextRadius;
        }
    }

    private static double Spline(double before, double from, double to, double after, double t) =>
        from + t / 2 * (to - before + t * (2 * before - 5 * from + 4 * to - after + t * (3 * (from - to) + after - before)));

    private void Slant(Span<PenPoint> line, SeededRandom random)
    {
        double aspect = random.NextDouble(parameters.Aspect.Least, parameters.Aspect.Most);
        double shear = parameters.Lean + Either(random, parameters.Shear);

        // Sine and cosine by the tangent of the half angle, because Math.Sin may differ in its last bit from machine to machine.
        double tangent = Either(random, parameters.Rotation);
        double norm = 1 + tangent * tangent, cosine = (1 - tangent * tangent) / norm, sine = 2 * tangent / norm;
        foreach (ref PenPoint point in line)
        {
            double x = aspect * point.X - shear * point.Y, y = point.Y;
            point = point with { X = cosine * x - sine * y, Y = sine * x + cosine * y };
        }
    }

    /// <summary>
    /// Scales the line so that its longer side is <paramref name="length"/>, and brings the middle of its ink to the picture's, but for a
    /// shift.
    /// </summary>
    private static void Fit(Span<PenPoint> line, double length, double shiftX, double shiftY)
    {
        double left = double.MaxValue, right = double.MinValue, top = double.MaxValue, bottom = double.MinValue;
        double inkX = 0, inkY = 0, ink = 0;
        for (int i = 0; i < line.Length; i++)
        {
            PenPoint point = line[i];
            (left, right) = (Math.Min(left, point.X), Math.Max(right, point.X));
            (top, bottom) = (Math.Min(top, point.Y), Math.Max(bottom, point.Y));
            if (point.StartsStroke) continue;
            PenPoint from = line[i - 1];
            double dx = point.X - from.X, dy = point.Y - from.Y, weight = Math.Sqrt(dx * dx + dy * dy);
            inkX += weight * (from.X + point.X) / 2;
            inkY += weight * (from.Y + point.Y) / 2;
            ink += weight;
        }

        double scale = length / Math.Max(right - left, bottom - top);
        double middleX = inkX / ink, middleY = inkY / ink;
        foreach (ref PenPoint point in line)
        {
            point = point with { X = Middle + shiftX + scale * (point.X - middleX), Y = Middle + shiftY + scale * (point.Y - middleY) };
        }
    }
}
