namespace Espalier.Numerics;

/// <summary>The error function, erf x = 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.</summary>
internal static class ErrorFunction
{
    /// <summary>
    /// erf x: its Maclaurin series near 0, else the continued fraction of the complement (Abramowitz and Stegun 7.1.5, 7.1.14).
    /// </summary>
    public static double Of(double x)
    {
        const double SeriesEnd = 2.5, Certain = 6;
        const int Terms = 60;
        double magnitude = Math.Abs(x);
        if (!(magnitude <= Certain)) return double.IsNaN(x) ? x : Math.Sign(x);
        if (magnitude <= SeriesEnd)
        {
            double term = x, sum = x;
            for (int n = 1; n < Terms; n++)
            {
                term *= -x * x / n;
                sum += term / (2 * n + 1);
            }

            return 2 / Math.Sqrt(Math.PI) * sum;
        }

        double fraction = 0;
        for (int n = Terms; n >= 1; n--) fraction = n / 2.0 / (magnitude + fraction);
        return Math.Sign(x) * (1 - Math.Exp(-magnitude * magnitude) / (Math.Sqrt(Math.PI) * (magnitude + fraction)));
    }
}
