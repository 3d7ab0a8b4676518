using System.CommandLine;
using Espalier.Pruning;

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

    /// <summary>Adds the options to <paramref name="verb"/>; without that of the scope where layers are pruned one by one.</summary>
    public CriterionArguments(Verb verb, bool withScope = true)
    {
        verb.Add(_criterion);
        if (withScope) verb.Add(_scope);
    }

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> Options => [_criterion, _scope];

    /// <summary>The option of the scope.</summary>
    public Option ScopeOption => _scope;

    /// <summary>The criteria with their descriptions.</summary>
    public static NameList List => new("Criteria", [.. CriterionCatalog.All.Select(entry => (entry.Name, entry.Description))]);

    /// <summary>The criterion.</summary>
    /// <exception cref="EspalierException">None has the name.</exception>
    public PruningCriterion Criterion(ParseResult arguments) => CriterionCatalog.Create(arguments.GetRequiredValue(_criterion));

    /// <summary>Which weights compete.</summary>
    public PruningScope Scope(ParseResult arguments) =>
        arguments.GetValue(_scope) == "layer" ? PruningScope.PerLayer : PruningScope.Global;
}
