using System.CommandLine;
using Espalier.Pruning;
using Espalier.Pruning.Patterns;

namespace Espalier.Cli.Pruning;

/// <summary>The options that say which weights stay or leave together.</summary>
internal sealed class PatternArguments
{
    private readonly Option<string> _pattern = new("--pattern")
    {
        Description = "Which weights stay or leave together, so that kernels run at full lanes: weights (each by itself); of32 (16 units keep the " +
            "same number of each slice of 32 inputs); 2of32 (every unit keeps 2 of each slice, which says how many stay); 16x1 (blocks of 16 units " +
            "by one input). Slices and blocks of 8, 16 and 32; layers too small for them are left to single weights, or whole by 2of32.",
        HelpName = "NAME",
        DefaultValueFactory = _ => PruningPattern.Weights.Name,
    };

    private readonly Option<string> _order = new Option<string>("--pattern-order")
    {
        Description = "Inputs of a slice: consecutive, interleaved (as far from each other as can be), or live (dealt by worth, without those " +
            "that are always zero). Units of a group: consecutive, or otherwise those that need the same inputs.",
        DefaultValueFactory = _ => "interleaved",
    }.AcceptOnlyFromAmong("consecutive", "interleaved", "live");

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    public PatternArguments(Verb verb)
    {
        verb.Add(_pattern);
        verb.Add(_order);
    }

    /// <summary>The pattern.</summary>
    /// <exception cref="EspalierException">No pattern is spelled so, or an order is given for single weights.</exception>
    public PruningPattern Read(ParseResult arguments)
    {
        PruningPattern pattern = PruningPattern.Parse(arguments.GetRequiredValue(_pattern));
        if (pattern == PruningPattern.Weights)
        {
            return arguments.GetResult(_order) is { Implicit: false }
                ? throw new EspalierException("--pattern-order is for patterns of slices and blocks; give --pattern or leave it out.")
                : pattern;
        }

        return pattern with { Order = Enum.Parse<PatternOrder>(arguments.GetRequiredValue(_order), ignoreCase: true) };
    }

    /// <summary>The target: that of the options, or the pattern's own.</summary>
    /// <exception cref="EspalierException">Both say how many weights stay.</exception>
    public static PruningTarget? Target(PruningPattern pattern, PruningTarget? given) => !pattern.SaysHowMany
        ? given
        : given is null
            ? PruningTarget.OfPattern
            : throw new EspalierException(
                $"--pattern {pattern.Name} itself says how many weights stay; leave --keep, --weights, --max-rise and --budget-bytes out.");
}
