using System.CommandLine;
using Espalier.Compilation.Model;
using Espalier.Data;

namespace Espalier.Cli;

/// <summary>The options by which verbs name a data set.</summary>
internal sealed class DataArguments
{
    private readonly Option<string?> _set;
    private readonly Option<string?> _label = new("--label")
    {
        Description = "For csv: the label column, by name or number from 1; otherwise the last.",
        HelpName = "COLUMN",
    };

    private readonly Option<bool> _regression = new("--regression")
    {
        Description = "For csv: the label column holds numbers to predict, not classes.",
    };

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="isRequired">Whether a set must be named.</param>
    /// <param name="use">What the verb does with it, for the help text.</param>
    public DataArguments(Verb verb, bool isRequired, string use)
    {
        _set = new Option<string?>("--data", "-d")
        {
            Description = $"{use}: a name of 'espalier data list', idx:IMAGES,LABELS or csv:FILE.",
            Required = isRequired,
            HelpName = "SET",
        };
        verb.Add(_set);
        verb.Add(_label);
        verb.Add(_regression);
        verb.Add(CommonOptions.DataFolder);
        verb.Add(CommonOptions.Seed);
    }

    /// <summary>The name of the set, or null when none was given.</summary>
    public string? Name(ParseResult arguments) => arguments.GetValue(_set);

    /// <summary>Loads the set that the user named.</summary>
    /// <exception cref="EspalierException">The set is unknown or bad, or its samples do not fit <paramref name="network"/>.</exception>
    public DataSplit Load(ParseResult arguments, Network? network = null)
    {
        string name = arguments.GetRequiredValue(_set)!;
        bool isCsv = name.StartsWith("csv:", StringComparison.Ordinal);
        if (!isCsv && (arguments.GetValue(_label) is not null || arguments.GetValue(_regression)))
        {
            throw new EspalierException($"{name}: --label and --regression are for csv:FILE only; leave them out.");
        }

        var options = new DataOptions
        {
            Seed = arguments.GetValue(CommonOptions.Seed),
            Csv = new CsvOptions { LabelColumn = arguments.GetValue(_label), Regression = arguments.GetValue(_regression) },
        };
        DataSplit split = new DataCatalog(arguments.GetValue(CommonOptions.DataFolder)).Load(name, options);
        if (network is not null && split.Train.InputShape.Length != network.InputShape.Length)
        {
            throw new EspalierException(
                $"{name}: its samples have {split.Train.InputShape} values, but the network reads {network.InputShape}; " +
                "name the set that the network was trained on.");
        }

        return split;
    }
}
