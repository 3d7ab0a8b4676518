using Espalier.Compilation.Model;

namespace Espalier.Data;

/// <summary>Makes a <see cref="Dataset"/> of a CSV file: numbers in every column but the label's.</summary>
public static class CsvDataset
{
    /// <summary>Loads all rows in their order, values as they are in the file; a missing input, if allowed, is NaN.</summary>
    /// <param name="name">What the set is called.</param>
    /// <param name="path">The file: UTF-8, plain or gzip.</param>
    /// <param name="options">How it is written and what its columns mean; null to tell from the file.</param>
    /// <exception cref="EspalierException">The file is missing or bad; the message gives its line and column.</exception>
    public static Dataset Load(string name, string path, CsvOptions? options = null)
    {
        options ??= new CsvOptions();
        string text = CsvTokenizer.ReadText(path);
        var rows = new CsvTokenizer(path, text, options.Separator ?? CsvDialect.DetectSeparator(text));
        if (!rows.ReadRow()) throw rows.Error(1, 1, "the file is empty.");
        bool hasHeader = options.HasHeader ?? CsvDialect.LooksLikeHeader(rows);
        var columns = new CsvColumns(rows, hasHeader, options);
        if (hasHeader && !rows.ReadRow()) throw rows.Error(1, 1, "there is a header but no row below it.");

        List<float> inputs = [], targets = [];
        var labels = new CsvLabels();
        do
        {
            CheckCount(rows, columns.Count);
            for (int f = 0; f < columns.Features.Length; f++) inputs.Add(ReadInput(rows, columns, f, options.AllowMissing));
            if (options.Regression) targets.Add(ReadNumber(rows, columns.Label));
            else labels.Add(rows, columns.Label);
        }
        while (rows.ReadRow());

        Shape shape = Shape.Flat(columns.Features.Length);
        if (options.Regression) return Dataset.Regression(name, shape, [.. inputs], [.. targets], 1, columns.FeatureNames);
        (int[] values, string[] classNames) = labels.ToClasses();
        if (classNames.Length < 2)
        {
            throw rows.Error(1, 1, $"all {values.Length} rows are of class \"{classNames[0]}\"; at least 2 classes are needed.");
        }

        return Dataset.Classification(name, shape, [.. inputs], values, classNames, columns.FeatureNames);
    }

    private static void CheckCount(CsvTokenizer rows, int columns)
    {
        if (rows.Count == columns) return;
        throw rows.Error(Math.Min(rows.Count - 1, columns), $"the row has {rows.Count} fields, but the first row has {columns}.");
    }

    private static float ReadInput(CsvTokenizer rows, CsvColumns columns, int feature, bool allowMissing)
    {
        int column = columns.Features[feature];
        bool missing = CsvNumber.IsMissing(rows[column]);
        float value = missing ? float.NaN : ReadNumber(rows, column);
        if (!missing && !(columns.ZeroMeansMissing[feature] && value == 0)) return value;
        return allowMissing ? float.NaN : throw rows.Error(column, $"the value \"{rows[column]}\" is missing; " +
            "ask for the mean or the median in its place.");
    }

    private static float ReadNumber(CsvTokenizer rows, int column)
    {
        if (!CsvNumber.TryParse(rows[column], out double value)) throw rows.Error(column, $"\"{rows[column]}\" is no number.");
        return float.IsFinite((float)value)
            ? (float)value
            : throw rows.Error(column, $"\"{rows[column]}\" is no finite number of single precision.");
    }
}
