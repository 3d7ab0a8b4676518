using System.CommandLine;
using Espalier.Pruning;
using Espalier.Reporting;

namespace Espalier.Cli.Pruning;

/// <summary>The options that say how far to prune: one of them, unless something else says it.</summary>
internal sealed class TargetArguments
{
    /// <summary>How the option of the error rise is spelled.</summary>
    public const string RiseName = "--max-rise";

    private readonly Option<double?> _keep = new("--keep")
    {
        Description = "Keep this fraction of all weights, such as 0.08.",
        HelpName = "X",
    };

    private readonly Option<int?> _weights = new("--weights") { Description = "Keep this number of weights.", HelpName = "N" };
    private readonly Option<double?> _rise = new(RiseName)
    {
        Description = "Keep as few as can be while the validation error rises by at most so many points; in rounds, or one by one, which "
            + "goes by the training error.",
        HelpName = "POINTS",
    };

    private readonly Option<long?> _bytes = new("--budget-bytes")
    {
        Description = "Keep as many as fit a compiled model of so many bytes, code and tables, as 'inspect' states them.",
        HelpName = "N",
    };

    private readonly Option<double?> _nanoseconds = new("--budget-ns")
    {
        Description = "Keep as many as a prediction is expected to take so many nanoseconds with, as 'inspect' states them.",
        HelpName = "NS",
    };

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    public TargetArguments(Verb verb)
    {
        foreach (Option option in Options) verb.Add(option);
    }

    /// <summary>The options, of which a command line has at most one.</summary>
    public IReadOnlyList<Option> Options => [_keep, _weights, _rise, _bytes, _nanoseconds];

    /// <summary>Whether the error is to decide.</summary>
    public bool IsErrorRise(ParseResult arguments) => arguments.GetValue(_rise) is not null;

    /// <summary>What the compiled model has a budget of; null where something else decides.</summary>
    public CompiledCost? Cost(ParseResult arguments) =>
        arguments.GetValue(_bytes) is not null ? CompiledCost.Bytes
        : arguments.GetValue(_nanoseconds) is not null ? CompiledCost.Nanoseconds
        : null;

    /// <summary>The target, or null when none was given.</summary>
    /// <exception cref="EspalierException">There are two, or it cannot be.</exception>
    public PruningTarget? Read(ParseResult arguments)
    {
        (double? keep, int? weights, double? rise) = (arguments.GetValue(_keep), arguments.GetValue(_weights), arguments.GetValue(_rise));
        return (keep, weights, rise, arguments.GetValue(_bytes), arguments.GetValue(_nanoseconds)) switch
        {
            (null, null, null, null, null) => null,
            ({ } fraction, null, null, null, null) => PruningTarget.Fraction(fraction),
            (null, { } count, null, null, null) => PruningTarget.Count(count),
            (null, null, { } points, null, null) => PruningTarget.ErrorRise(points),
            (null, null, null, { } most, null) => PruningTarget.CompiledBytes(most),
            (null, null, null, null, { } most) => PruningTarget.CompiledNanoseconds(most),
            _ => throw OneOfThem(),
        };
    }

    /// <summary>What to say when the target is missing or double.</summary>
    public static EspalierException OneOfThem() =>
        new("Say how far to prune by one of --keep, --weights, --max-rise, --budget-bytes and --budget-ns.");
}
