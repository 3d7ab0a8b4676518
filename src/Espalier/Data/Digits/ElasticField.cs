namespace Espalier.Data.Digits;

/// <summary>
/// A smooth random displacement of the plane, as in Simard, Steinkraus, Platt 2003. They smooth a random field with a Gaussian of a
/// standard deviation of 4 pixels; here a cubic B-spline over a random grid does it, whose basis has that deviation with knots 7 pixels
/// apart (spacing times the square root of 1/3) and which needs no exponential, so that it has the same bits everywhere.
/// </summary>
internal sealed class ElasticField
{
    private const int Spacing = 7;
    private const int Knots = SyntheticDigits.Side / Spacing + 3;

    private readonly double[] _x = new double[Knots * Knots];
    private readonly double[] _y = new double[Knots * Knots];

    /// <summary>Draws a new field.</summary>
    /// <param name="random">Where the displacements come from.</param>
    /// <param name="range">The range of the grid's displacements, either way, in pixels.</param>
    public void Draw(SeededRandom random, double range)
    {
        for (int i = 0; i < _x.Length; i++)
        {
            _x[i] = random.NextDouble(-range, range);
            _y[i] = random.NextDouble(-range, range);
        }
    }

    /// <summary>Moves a point; beyond the picture the field is that of its border.</summary>
    public PenPoint Move(PenPoint point)
    {
        Span<double> column = stackalloc double[4], row = stackalloc double[4];
        int left = Weights(point.X, column), top = Weights(point.Y, row);
        double dx = 0, dy = 0;
        for (int r = 0; r < 4; r++)
        {
            for (int c = 0; c < 4; c++)
            {
                double weight = row[r] * column[c];
                int knot = (top + r) * Knots + left + c;
                dx += weight * _x[knot];
                dy += weight * _y[knot];
            }
        }

        return point with { X = point.X + dx, Y = point.Y + dy };
    }

    /// <summary>The four cubic B-spline weights at a coordinate, and the first knot they belong to.</summary>
    private static int Weights(double coordinate, Span<double> weights)
    {
        double at = Math.Clamp(coordinate / Spacing, 0, Knots - 3.001);
        int first = (int)at;
        double t = at - first, s = 1 - t;
        weights[0] = s * s * s / 6;
        weights[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
        weights[2] = (3 * s * s * s - 6 * s * s + 4) / 6;
        weights[3] = t * t * t / 6;
        return first;
    }
}
