using System.CommandLine;
using System.Globalization;
using Espalier.Pruning.Units;
using Espalier.Training;

namespace Espalier.Cli.Pruning;

/// <summary>The options that say how many units are to leave: one of them.</summary>
internal sealed class UnitTargetArguments
{
    private readonly Option<double?> _keep = new("--keep")
    {
        Description = "Keep this fraction of the hidden units and filters (with --inputs, of the inputs too), such as 0.25.",
        HelpName = "X",
    };

    private readonly Option<int?> _units = new("--units") { Description = "Keep this number of them.", HelpName = "N" };
    private readonly Option<double?> _rise = new("--max-rise")
    {
        Description = "Keep as few as can be while the validation error rises by at most so many points.",
        HelpName = "POINTS",
    };

    private readonly Option<double?> _factor = new("--max-loss-factor")
    {
        Description = "Keep as few as can be while the validation loss is at most so many times as large; for regression too.",
        HelpName = "X",
    };

    private readonly Option<int?> _rounds = new("--rounds") { Description = "Remove units in this number of rounds.", HelpName = "N" };

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    public UnitTargetArguments(Verb verb)
    {
        foreach (Option option in (Option[])[_keep, _units, _rise, _factor, _rounds]) verb.Add(option);
    }

    /// <summary>Whether the validation part is to decide.</summary>
    public bool IsJudged(ParseResult arguments) => arguments.GetValue(_rise) is not null || arguments.GetValue(_factor) is not null;

    /// <summary>The target.</summary>
    /// <exception cref="EspalierException">There is none, there are two, or it cannot be.</exception>
    public UnitTarget Read(ParseResult arguments)
    {
        (double? rise, double? factor) = (arguments.GetValue(_rise), arguments.GetValue(_factor));
        return (arguments.GetValue(_keep), arguments.GetValue(_units), rise, factor, arguments.GetValue(_rounds)) switch
        {
            ({ } fraction, null, null, null, null) => UnitTarget.Fraction(fraction),
            (null, { } count, null, null, null) => UnitTarget.Count(count),
            (null, null, { } points, null, null) => UnitTarget.ErrorRise(points),
            (null, null, null, { } most, null) => UnitTarget.LossFactor(most),
            (null, null, null, null, { } rounds) => UnitTarget.Rounds(rounds),
            _ => throw new EspalierException(
                "Say how far to prune by one of --keep, --units, --max-rise, --max-loss-factor and --rounds."),
        };
    }

    /// <summary>The target for a network that folding has changed already, so that the bound holds against the given one.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="given">The network as it was given, on the validation part.</param>
    /// <param name="folded">The network as folding left it, on the same part.</param>
    /// <exception cref="EspalierException">Folding went beyond the bound.</exception>
    public UnitTarget Read(ParseResult arguments, Evaluation given, Evaluation folded)
    {
        UnitTarget target = Read(arguments);
        if (arguments.GetValue(_rise) is double points && folded.ErrorPercent - given.ErrorPercent is double used)
        {
            // Whole samples in binary fractions: what is left of a bound that is just met must not be below 0.
            double left = Math.Round(points - used, 9);
            return left >= 0
                ? UnitTarget.ErrorRise(Math.Min(left, 100))
                : throw Beyond(EvaluationText.Of(given), EvaluationText.Of(folded));
        }

        if (arguments.GetValue(_factor) is not double factor || folded.Loss == given.Loss) return target;
        double most = Math.Min(factor * given.Loss / folded.Loss, double.MaxValue);
        return most >= 1 ? UnitTarget.LossFactor(most) : throw Beyond(LossText(given), LossText(folded));

        static string LossText(Evaluation evaluation) => string.Create(CultureInfo.InvariantCulture, $"loss {evaluation.Loss:G4}");
        static EspalierException Beyond(string before, string after) =>
            new($"Folding alone takes the network from {before} to {after}; lower --tolerance, or allow more.");
    }
}
