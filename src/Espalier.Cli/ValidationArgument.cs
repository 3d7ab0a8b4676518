using System.CommandLine;
using Espalier.Data;

namespace Espalier.Cli;

/// <summary>The option that sets training samples aside for validation.</summary>
internal sealed class ValidationArgument
{
    private readonly Option<double> _share = new("--validation")
    {
        Description = "Share of the training samples set aside for validation; 0 for none.",
        HelpName = "X",
        DefaultValueFactory = _ => 0.1,
    };

    /// <summary>Adds the option to <paramref name="verb"/>.</summary>
    public ValidationArgument(Verb verb) => verb.Add(_share);

    /// <summary>The training part without, and with only, the samples set aside; the seed decides which.</summary>
    /// <exception cref="EspalierException">The share is out of its range.</exception>
    public (Dataset Train, Dataset? Validation) SetAside(ParseResult arguments, DataSplit split)
    {
        double share = arguments.GetValue(_share);
        if (share is not (>= 0 and < 1)) throw new EspalierException("--validation must be at least 0 and less than 1.");
        return share == 0
            ? (split.Train, null)
            : DatasetSplitter.CarveValidation(split.Train, share, arguments.GetValue(CommonOptions.Seed));
    }
}
