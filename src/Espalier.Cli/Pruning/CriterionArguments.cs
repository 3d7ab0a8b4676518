using System.CommandLine;
using System.Globalization;
using Espalier.Pruning;
using Espalier.Pruning.Layerwise;

namespace Espalier.Cli.Pruning;

/// <summary>The options that say what a weight is worth and which weights compete.</summary>
internal sealed class CriterionArguments
{
    /// <summary>How the option of the criterion is spelled.</summary>
    public const string OptionName = "--criterion";

    private readonly Option<string> _criterion = new(OptionName)
    {
        Description = "What a weight is worth: a name of the list below.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "magnitude",
    };

    private readonly Option<string> _scope = new Option<string>("--scope")
    {
        Description = "Whether all weights compete, or those of each layer.",
        DefaultValueFactory = _ => "global",
    }.AcceptOnlyFromAmong("global", "layer");

    private readonly Option<string?> _pattern = new("--pattern")
    {
        Description = "With a criterion of ExactOBS, which weights of a unit leave together: such as 2:4, at least 2 of each 4 inputs "
            + "stay; or such as 4, blocks of 4 inputs.",
        HelpName = "N[:M]",
    };

    /// <summary>
    /// Adds the options to <paramref name="verb"/>; without those of the scope and the pattern where layers are pruned one by one.
    /// </summary>
    public CriterionArguments(Verb verb, bool withScope = true)
    {
        verb.Add(_criterion);
        if (!withScope) return;
        verb.Add(_scope);
        verb.Add(_pattern);
    }

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> Options => [_criterion, _scope, _pattern];

    /// <summary>The option of the scope.</summary>
    public Option ScopeOption => _scope;

    /// <summary>The criteria with their descriptions.</summary>
    public static NameList List => new("Criteria", [.. CriterionCatalog.All.Select(entry => (entry.Name, entry.Description))]);

    /// <summary>The criterion.</summary>
    /// <exception cref="EspalierException">None has the name, or a pattern was given that it does not know.</exception>
    public PruningCriterion Criterion(ParseResult arguments)
    {
        PruningCriterion criterion = CriterionCatalog.Create(arguments.GetRequiredValue(_criterion));
        if (arguments.GetResult(_pattern) is null || arguments.GetValue(_pattern) is not { } pattern) return criterion;
        return criterion is ExactObs exact
            ? new ExactObs { FitsSequentially = exact.FitsSequentially, Pattern = Pattern(pattern) }
            : throw new EspalierException($"--pattern is for --criterion exact-obs and exact-obs-layers, not {criterion.Name}.");
    }

    /// <summary>Which weights compete.</summary>
    public PruningScope Scope(ParseResult arguments) =>
        arguments.GetValue(_scope) == "layer" ? PruningScope.PerLayer : PruningScope.Global;

    private static ExactObsPattern Pattern(string text)
    {
        int[] numbers = [.. text.Split(':').Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)];
        return numbers is [>= 0 and int size] ? ExactObsPattern.Blocks(size)
            : numbers is [>= 0 and int kept, >= 0 and int group] ? ExactObsPattern.KeepOfEach(kept, group)
            : throw new EspalierException($"--pattern {text}: write such as 2:4 for 2 of each 4 weights, or 4 for blocks of 4.");
    }
}
