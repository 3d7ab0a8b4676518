using System.CommandLine;
using Espalier.Pruning.Patterns;

namespace Espalier.Cli.Pruning;

/// <summary>The option that says which inputs make a slice, and which units a group.</summary>
internal sealed class PatternOrderArgument
{
    private readonly Option<string> _order = new Option<string>("--pattern-order")
    {
        Description = "The inputs of a slice: consecutive; registers (two vectors of inputs far apart); interleaved (all far apart); live "
            + "(dealt by worth, without those that are always zero). The units of a group: consecutive, or else those that need the same "
            + "inputs.",
        DefaultValueFactory = _ => Spell(PatternOrder.Registers),
    }.AcceptOnlyFromAmong([.. Enum.GetValues<PatternOrder>().Select(Spell)]);

    /// <summary>Adds the option to <paramref name="verb"/>.</summary>
    public PatternOrderArgument(Verb verb) => verb.Add(_order);

    /// <summary>The option.</summary>
    public Option Option => _order;

    /// <summary>Whether the user gave it.</summary>
    public bool IsGiven(ParseResult arguments) => arguments.IsGiven(_order);

    /// <summary>The order.</summary>
    public PatternOrder Read(ParseResult arguments) => Enum.Parse<PatternOrder>(arguments.GetRequiredValue(_order), ignoreCase: true);

    private static string Spell(PatternOrder order) => order.ToString().ToLowerInvariant();
}
