using System.CommandLine;
using Espalier.Data;
using Espalier.Pruning.Units;
using Espalier.Training;

namespace Espalier.Cli.Pruning;

/// <summary>The options that say which units leave and what is done about those that stay.</summary>
internal sealed class UnitArguments
{
    // This criterion foresees the loss of a network whose removed units yield their means; anything else would belie it.
    private const string CriterionOfMeans = "brute-force-mean";

    private readonly Option<string> _criterion = new("--criterion")
    {
        Description = "What a unit is worth: a name of the list below.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "brute-force",
    };

    private readonly Option<string> _ranking = new Option<string>("--ranking")
    {
        Description = "Score units before every round, or once and for all.",
        DefaultValueFactory = _ => "each-round",
    }.AcceptOnlyFromAmong("each-round", "once");

    private readonly Option<string> _choice = new Option<string>("--choice")
    {
        Description = "Which units leave in a round: the lowest, so many of them; or every outlying one, more than a standard deviation "
            + "below the mean of its layer, which with apoz is the rule of Hu et al. 2016.",
        DefaultValueFactory = _ => "lowest",
    }.AcceptOnlyFromAmong("lowest", "outlying");

    private readonly Option<string> _twins = new Option<string>("--twins")
    {
        Description = "When two units of a layer are correlated: ignore it, merge the one that leaves into the other, "
            + "or hold the other back until units are scored again.",
        DefaultValueFactory = _ => "ignore",
    }.AcceptOnlyFromAmong("ignore", "merge", "hold-back");

    private readonly Option<int> _perRound = new("--per-round")
    {
        Description = "With --choice lowest, units that leave in a round, before units are scored and weights retrained again.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<bool> _perWeight = new("--per-weight")
    {
        Description = "Rank units by their worth for each weight that leaves with them: filters and units cost very different numbers.",
    };

    private readonly Option<int> _minimum = new("--minimum")
    {
        Description = "Units that every layer keeps at least.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<bool> _inputs = new("--inputs") { Description = "Inputs may leave too: nothing reads them any more." };
    private readonly Option<bool> _means = new("--means")
    {
        Description = $"What a removed unit yields on average goes into the biases that follow; {CriterionOfMeans} always does so.",
    };

    private readonly Option<bool> _fold = new("--fold")
    {
        Description = "First fold away units that are constant, or equal to another one or its mirror image, on all training samples.",
    };

    private readonly Option<float?> _tolerance = new("--tolerance")
    {
        Description = "How far an output may be off for --fold: 0, exactly so, unless given.",
        HelpName = "X",
    };

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    public UnitArguments(Verb verb)
    {
        foreach (Option option in (Option[])
            [_criterion, _choice, _ranking, _perRound, _perWeight, _minimum, _inputs, _twins, _means, _fold, _tolerance])
        {
            verb.Add(option);
        }
    }

    /// <summary>The criteria with their descriptions.</summary>
    public static NameList List => new("Criteria", [.. UnitCriterionCatalog.All.Select(entry => (entry.Name, entry.Description))]);

    /// <summary>All choices but the target.</summary>
    /// <exception cref="EspalierException">One is out of its range.</exception>
    public UnitPruningOptions Read(ParseResult arguments)
    {
        if (arguments.GetValue(_tolerance) is float tolerance)
        {
            if (!arguments.GetValue(_fold)) throw new EspalierException("--tolerance is for --fold; give both or none.");
            if (!(tolerance >= 0 && float.IsFinite(tolerance))) throw new EspalierException("--tolerance must be a number of 0 or more.");
        }

        var choice = Parse<UnitChoice>(arguments.GetRequiredValue(_choice));
        if (choice == UnitChoice.Outlying && arguments.IsGiven(_perRound))
        {
            throw new EspalierException("--per-round is for --choice lowest; outlying units leave all at once.");
        }

        UnitCriterion criterion = UnitCriterionCatalog.Create(arguments.GetRequiredValue(_criterion));
        var options = new UnitPruningOptions
        {
            Criterion = criterion,
            Choice = choice,
            Ranking = Parse<UnitRanking>(arguments.GetRequiredValue(_ranking)),
            Twins = Parse<UnitTwins>(arguments.GetRequiredValue(_twins)),
            PerWeight = arguments.GetValue(_perWeight),
            UnitsPerRound = arguments.GetValue(_perRound),
            MinimumUnits = arguments.GetValue(_minimum),
            PruneInputs = arguments.GetValue(_inputs),
            FoldMeans = arguments.GetValue(_means) || criterion.Name == CriterionOfMeans,
        };
        options.Validate();
        return options;
    }

    /// <summary>Folds units away if the user asked for that.</summary>
    /// <returns>Those that went, or null when folding was not asked for.</returns>
    public IReadOnlyList<FoldedUnit>? Fold(ParseResult arguments, TrainableNetwork network, Dataset samples, CancellationToken cancel) =>
        arguments.GetValue(_fold) ? UnitFolding.Fold(network, samples, arguments.GetValue(_tolerance) ?? 0, cancel) : null;

    private static T Parse<T>(string spelling)
        where T : struct, Enum => Enum.Parse<T>(spelling.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
}
