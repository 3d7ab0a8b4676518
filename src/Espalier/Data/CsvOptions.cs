namespace Espalier.Data;

/// <summary>How a CSV file is read; what is null is told from the file itself.</summary>
public sealed record CsvOptions
{
    /// <summary>The separator (comma, semicolon, tab or space), or null to detect it. Runs of spaces count as one.</summary>
    public char? Separator { get; init; }

    /// <summary>Whether the first row names the columns, or null to tell by whether its features are text above numbers.</summary>
    public bool? HasHeader { get; init; }

    /// <summary>The column of the label or target: a name of the header, or a position from 1; null for the last.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>Columns that are left out, such as an identifier: names of the header, or positions from 1.</summary>
    public IReadOnlyList<string> IgnoredColumns { get; init; } = [];

    /// <summary>Feature columns in which 0 stands for a missing value: names of the header, or positions from 1.</summary>
    public IReadOnlyList<string> ZeroMeansMissing { get; init; } = [];

    /// <summary>Whether the label column holds a number to be estimated instead of a class.</summary>
    public bool Regression { get; init; }

    /// <summary>
    /// Whether missing inputs ("?", nothing, "NaN", "NA") are errors or are kept as NaN, to be filled in after the split.
    /// </summary>
    public bool AllowMissing { get; init; }
}
