using System.Globalization;

namespace Espalier.Data;

/// <summary>How the fields of a CSV file are understood as numbers.</summary>
internal static class CsvNumber
{
    /// <summary>Whether the field stands for a value that is not known: "?", nothing, "NaN" or "NA".</summary>
    public static bool IsMissing(ReadOnlySpan<char> field) =>
        field.IsEmpty || field is "?" or "NA" || field.Equals("NaN", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a number with a decimal point; it need not fit a float.</summary>
    public static bool TryParse(ReadOnlySpan<char> field, out double value) =>
        double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
