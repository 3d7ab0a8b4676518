using System.Globalization;

namespace Espalier.Cli.Pruning.Methods;

/// <summary>A number for all layers, or one for each, such as 7.4,3.55,1.8.</summary>
internal static class NumberList
{
    /// <summary>The numbers.</summary>
    /// <exception cref="EspalierException">One is no number.</exception>
    public static double[] Parse(string option, string text)
    {
        string[] parts = text.Split(',');
        var numbers = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
            {
                throw new EspalierException($"{option} {text}: '{parts[i]}' is no number; write one for all layers, or one for each.");
            }
        }

        return numbers;
    }
}
