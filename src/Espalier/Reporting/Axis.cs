using System.Globalization;

namespace Espalier.Reporting;

/// <summary>One axis of a chart: what it measures and how values map to positions.</summary>
/// <param name="Label">The quantity with its unit, such as "test error, %".</param>
/// <param name="Logarithmic">Whether equal ratios take equal room; values must then be positive.</param>
/// <param name="Reversed">Whether large values come first (weights kept, read from full to pruned).</param>
public sealed record Axis(string Label, bool Logarithmic = false, bool Reversed = false)
{
    /// <summary>The marks of a range: round numbers (1, 2 or 5 times a power of ten), at most about eight of them.</summary>
    public IReadOnlyList<double> Ticks(double low, double high)
    {
        var ticks = new List<double>();
        if (Logarithmic)
        {
            double[] steps = Math.Log10(high / low) > 3 ? [1] : Math.Log10(high / low) > 1.2 ? [1, 3] : [1, 2, 5];
            for (double decade = Math.Pow(10, Math.Floor(Math.Log10(low))); decade <= high; decade *= 10)
            {
                foreach (double step in steps)
                {
                    if (step * decade >= low * 0.999 && step * decade <= high * 1.001) ticks.Add(step * decade);
                }
            }

            // Between two of them, as 0.14 and 0.17, round numbers at equal distances say more.
            if (ticks.Count > 1) return ticks;
            ticks.Clear();
        }

        double rough = (high - low) / 7;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double interval = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        for (double i = Math.Ceiling(low / interval); i * interval <= high + interval * 1e-9; i++) ticks.Add(i * interval);
        return ticks;
    }

    /// <summary>Where <paramref name="value"/> lies between <paramref name="low"/> (0) and <paramref name="high"/> (1).</summary>
    public double Position(double value, double low, double high)
    {
        double at = Logarithmic ? Math.Log(value / low) / Math.Log(high / low) : (value - low) / (high - low);
        return Reversed ? 1 - at : at;
    }

    /// <summary>A value as a mark's text: 1,000 groups above ten thousand, at most four significant digits below.</summary>
    public static string Text(double value) => Math.Abs(value) >= 10_000
        ? value.ToString("#,0", CultureInfo.InvariantCulture)
        : value.ToString("G4", CultureInfo.InvariantCulture);
}
