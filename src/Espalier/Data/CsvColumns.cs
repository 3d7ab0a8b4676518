using System.Globalization;

namespace Espalier.Data;

/// <summary>What each column of a CSV file is for.</summary>
internal sealed class CsvColumns
{
    private readonly CsvTokenizer _rows;
    private readonly string[]? _header;

    /// <summary>Gives the columns their roles.</summary>
    /// <param name="rows">Stands at the first row.</param>
    /// <param name="hasHeader">Whether that row is the header.</param>
    /// <param name="options">Names the columns.</param>
    /// <exception cref="EspalierException">A named column is not there, or no feature is left.</exception>
    public CsvColumns(CsvTokenizer rows, bool hasHeader, CsvOptions options)
    {
        (_rows, Count) = (rows, rows.Count);
        if (hasHeader)
        {
            _header = new string[Count];
            for (int i = 0; i < Count; i++) _header[i] = rows[i].ToString();
        }

        Label = options.LabelColumn is null ? Count - 1 : Find(options.LabelColumn);
        int[] ignored = [.. options.IgnoredColumns.Select(Find)];
        Features = [.. Enumerable.Range(0, Count).Where(i => i != Label && !ignored.Contains(i))];
        if (Features.Length == 0)
        {
            throw rows.Error(0, $"{Count} column(s), and none is left for the inputs; check the separator and the columns left out.");
        }

        int[] zeroMissing = [.. options.ZeroMeansMissing.Select(Find)];
        ZeroMeansMissing = Array.ConvertAll(Features, i => zeroMissing.Contains(i));
        FeatureNames = Array.ConvertAll(Features, i => _header is null ? PositionName(i) : _header[i]);
    }

    /// <summary>The number of columns of the file.</summary>
    public int Count { get; }

    /// <summary>The column of the label or target.</summary>
    public int Label { get; }

    /// <summary>The columns of the inputs.</summary>
    public int[] Features { get; }

    /// <summary>For each feature, whether 0 means that the value is not known.</summary>
    public bool[] ZeroMeansMissing { get; }

    /// <summary>For each feature, its name: the header's, or "x" and the position of its column from 1.</summary>
    public string[] FeatureNames { get; }

    /// <summary>The name of a feature that has none: "x" and its position from 1.</summary>
    internal static string PositionName(int index) => string.Create(CultureInfo.InvariantCulture, $"x{index + 1}");

    private int Find(string column)
    {
        int named = _header is null ? -1 : Array.IndexOf(_header, column);
        if (named >= 0) return named;
        bool isPosition = int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out int position);
        if (isPosition && position >= 1 && position <= Count) return position - 1;
        const int MostListed = 12;
        string known = _header is null
            ? "there is no header"
            : $"the header has {string.Join(", ", _header.Take(MostListed))}{(_header.Length > MostListed ? ", ..." : "")}";
        throw _rows.Error(0, $"no column \"{column}\"; {known}; positions go from 1 to {Count}.");
    }
}
