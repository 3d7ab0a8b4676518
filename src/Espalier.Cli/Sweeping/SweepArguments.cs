using System.CommandLine;
using System.Globalization;
using Espalier.Cli.Pruning;
using Espalier.Pruning;
using Espalier.Pruning.Patterns;

namespace Espalier.Cli.Sweeping;

/// <summary>The options that say which networks a sweep makes.</summary>
internal sealed class SweepArguments
{
    private readonly Option<string> _criteria = List("--criteria", "What a weight is worth: names of the list below.", "magnitude");
    private readonly Option<string> _patterns = List(
        "--patterns", "Which weights stay or leave together, as 'prune' spells them.", "weights,of32,of16,2of32,1of32,16x1,8x1");

    private readonly Option<string> _keep = List(
        "--keep", "Fractions of all weights to keep, for patterns that do not say it.", "0.12,0.08,0.05,0.035,0.025");

    private readonly PatternOrderArgument _order;

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    public SweepArguments(Verb verb)
    {
        foreach (Option option in (Option[])[_criteria, _patterns, _keep]) verb.Add(option);
        _order = new PatternOrderArgument(verb);
    }

    /// <summary>Every combination that makes sense, and those that do not: a criterion that moves weights follows few patterns.</summary>
    /// <exception cref="EspalierException">A word of a list means nothing, or no combination is left.</exception>
    public (IReadOnlyList<SweepCandidate> Candidates, IReadOnlyList<string> LeftOut) Read(ParseResult arguments)
    {
        PatternOrder order = _order.Read(arguments);
        PruningPattern[] patterns = [.. Words(arguments, _patterns).Select(PruningPattern.Parse).Select(Ordered)];
        double?[] kept = [.. Words(arguments, _keep).Select(Fraction)];
        var candidates = new List<SweepCandidate>();
        var leftOut = new List<string>();
        foreach (string criterion in Words(arguments, _criteria))
        {
            PruningCriterion known = CriterionCatalog.Create(criterion);
            foreach (PruningPattern pattern in patterns)
            {
                double?[] amounts = pattern.SaysHowMany ? [null] : kept;
                if (!known.CanFollow(pattern)) leftOut.Add($"{criterion} {pattern.Name}");
                else candidates.AddRange(amounts.Select(amount => new SweepCandidate(criterion, pattern, amount)));
            }
        }

        return candidates.Count > 0
            ? (candidates, leftOut)
            : throw new EspalierException("None of the criteria can follow any of the patterns; name others.");

        PruningPattern Ordered(PruningPattern pattern) => pattern == PruningPattern.Weights ? pattern : pattern with { Order = order };
    }

    private static Option<string> List(string name, string description, string unlessGiven) => new(name)
    {
        Description = description,
        HelpName = "X,X",
        DefaultValueFactory = _ => unlessGiven,
    };

    private static IEnumerable<string> Words(ParseResult arguments, Option<string> option) =>
        arguments.GetRequiredValue(option).Split(',').Distinct(StringComparer.Ordinal);

    private static double? Fraction(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double fraction) && fraction is > 0 and <= 1
            ? fraction
            : throw new EspalierException($"--keep: '{text}' is no fraction above 0 and up to 1; write such as 0.08,0.04.");
}
