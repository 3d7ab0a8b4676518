using System.Globalization;

namespace Espalier.Data;

/// <summary>Collects the labels of a CSV file in the order of its rows and numbers the classes once all are known.</summary>
internal sealed class CsvLabels
{
    private const int MaxClasses = 1000;

    private readonly Dictionary<string, int> _idsByName = new(StringComparer.Ordinal);
    private readonly List<int> _ids = [];

    /// <summary>Takes the label of the current row.</summary>
    /// <exception cref="EspalierException">It is missing, or looks like a number to be estimated.</exception>
    public void Add(CsvTokenizer rows, int column)
    {
        ReadOnlySpan<char> field = rows[column];
        if (CsvNumber.IsMissing(field)) throw rows.Error(column, "the label is missing; fill it in or remove the row.");
        if (CsvNumber.TryParse(field, out double value) && value != Math.Floor(value))
        {
            throw rows.Error(column, $"the label {field} is no whole number; " +
                "if it is to be estimated, ask for regression, else name the label column.");
        }

        string name = field.ToString();
        if (!_idsByName.TryGetValue(name, out int id)) _idsByName.Add(name, id = _idsByName.Count);
        if (_idsByName.Count > MaxClasses)
        {
            throw rows.Error(column, $"more than {MaxClasses} classes; " +
                "if the column holds numbers to be estimated, ask for regression, else name the label column.");
        }

        _ids.Add(id);
    }

    /// <summary>
    /// The label of each row and the names of the classes: in the order of their numbers if all are numbers, else of their characters.
    /// </summary>
    public (int[] Labels, string[] ClassNames) ToClasses()
    {
        string[] names = [.. _idsByName.Keys];
        if (Array.TrueForAll(names, name => CsvNumber.TryParse(name, out _))) Array.Sort(Array.ConvertAll(names, ToNumber), names);
        else Array.Sort(names, StringComparer.Ordinal);
        var labelOfId = new int[names.Length];
        for (int label = 0; label < names.Length; label++) labelOfId[_idsByName[names[label]]] = label;
        return ([.. _ids.Select(id => labelOfId[id])], names);
    }

    private static double ToNumber(string name) => double.Parse(name, NumberStyles.Float, CultureInfo.InvariantCulture);
}
