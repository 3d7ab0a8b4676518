using Espalier.Pruning.Criteria;

namespace Espalier.Pruning;

/// <summary>All criteria for single weights, by name.</summary>
public static class CriterionCatalog
{
    /// <summary>The criteria, simple ones first.</summary>
    public static IReadOnlyList<CriterionEntry> All { get; } =
    [
        new("magnitude", "s = |w| (Han et al. 2015)", () => new MagnitudeCriterion()),
        new("obs", "L = w^2 / (2 [H^-1]_qq) over the whole network, survivors moved; up to 2,500 parameters (Hassibi and Stork 1993)",
            () => new ObsCriterion()),
    ];

    /// <summary>Makes the criterion of this name.</summary>
    /// <exception cref="EspalierException">There is none.</exception>
    public static PruningCriterion Create(string name) =>
        All.FirstOrDefault(entry => entry.Name == name)?.Create()
        ?? throw new EspalierException($"{name}: no criterion has this name. There are: {string.Join(", ", All.Select(entry => entry.Name))}.");
}
