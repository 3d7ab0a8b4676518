using System.Globalization;

namespace Espalier.Cli.Pruning;

/// <summary>Parts of layers in per cent, such as 6.7,20,65.</summary>
internal static class PercentList
{
    /// <summary>The parts as fractions.</summary>
    /// <param name="option">The option, for messages.</param>
    /// <param name="text">What it was given.</param>
    /// <param name="others">Other words that the option takes, for messages.</param>
    /// <exception cref="EspalierException">A part is no per cent of a layer.</exception>
    public static double[] Parse(string option, string text, string others = "")
    {
        string[] parts = text.Split(',');
        var percents = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            bool isNumber = double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out percents[i]);
            if (!isNumber || percents[i] is not (> 0 and <= 100))
            {
                throw new EspalierException(
                    $"{option} {text}: '{parts[i]}' is no per cent above 0 and up to 100{others}; write such as 6.7,20,65.");
            }
        }

        return percents.All(percent => percent < 1)
            ? throw new EspalierException(
                $"{option} {text}: these are per cent of each layer, and all below 1; write 6.7,20,65 for 6.7 % and so on.")
            : Array.ConvertAll(percents, percent => percent / 100);
    }
}
