using Espalier.Pruning.Patterns;

namespace Espalier.Cli.Sweeping;

/// <summary>One network of a sweep, yet to be made.</summary>
/// <param name="Criterion">A name of the catalog.</param>
/// <param name="Pattern">Which weights stay or leave together.</param>
/// <param name="Keep">The fraction of the weights to keep; null where the pattern says it.</param>
internal sealed record SweepCandidate(string Criterion, PruningPattern Pattern, double? Keep)
{
    /// <summary>A name for tables.</summary>
    public string Name => FormattableString.Invariant($"{Criterion} {Pattern.Name}{(Keep is double kept ? $" {100 * kept:0.##} %" : "")}");

    /// <summary>A name for files: letters, digits and hyphens.</summary>
    public string FileName =>
        FormattableString.Invariant($"{Criterion}-{Pattern.Name}{(Keep is double kept ? $"-{kept}" : "")}").Replace('.', '-');

    /// <summary>All choices in words.</summary>
    public string Words => FormattableString.Invariant($"{Criterion}, {Pattern}, kept {(object?)Keep ?? "by the pattern"}");
}
