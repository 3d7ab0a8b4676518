using System.CommandLine;
using Espalier.Pruning;
using Espalier.Pruning.Patterns;

namespace Espalier.Cli.Pruning;

/// <summary>The options that say which weights stay or leave together.</summary>
internal sealed class PatternArguments
{
    private readonly Option<string> _pattern = new("--pattern")
    {
        Description = "Which weights stay or leave together, so that kernels run at full lanes: weights (each by itself); of32 (16 units " +
            "keep the same number of each slice of 32 inputs); 2of32 (every unit keeps 2 of each slice, which says how many stay); 16x1 " +
            "(blocks of 16 units by one input). Slices and blocks of 8, 16 and 32, also 2of4 and 1x4 or 1x8 (blocks of one unit); layers " +
            "too small for them are left to single weights, or whole by 2of32.",
        HelpName = "NAME",
        DefaultValueFactory = _ => PruningPattern.Weights.Name,
    };

    private readonly PatternOrderArgument _order;

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    public PatternArguments(Verb verb)
    {
        verb.Add(_pattern);
        _order = new PatternOrderArgument(verb);
    }

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> Options => [_pattern, _order.Option];

    /// <summary>The pattern.</summary>
    /// <exception cref="EspalierException">No pattern is spelled so, or an order is given for single weights.</exception>
    public PruningPattern Read(ParseResult arguments)
    {
        PruningPattern pattern = PruningPattern.Parse(arguments.GetRequiredValue(_pattern));
        if (pattern != PruningPattern.Weights) return pattern with { Order = _order.Read(arguments) };
        return _order.IsGiven(arguments)
            ? throw new EspalierException("--pattern-order is for patterns of slices and blocks; give --pattern or leave it out.")
            : pattern;
    }

    /// <summary>The target: that of the options, or the pattern's own.</summary>
    /// <exception cref="EspalierException">Both say how many weights stay.</exception>
    public static PruningTarget? Target(PruningPattern pattern, PruningTarget? given)
    {
        if (!pattern.SaysHowMany) return given;
        return given is null
            ? PruningTarget.OfPattern
            : throw new EspalierException(
                $"--pattern {pattern.Name} itself says how many weights stay; " +
                "leave --keep, --weights, --max-rise, --budget-bytes and --budget-ns out.");
    }
}
