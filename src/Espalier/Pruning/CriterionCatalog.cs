using Espalier.Pruning.Criteria;
using Espalier.Pruning.Curvature;

namespace Espalier.Pruning;

/// <summary>All criteria for single weights, by name.</summary>
public static class CriterionCatalog
{
    /// <summary>The criteria, simple ones first.</summary>
    public static IReadOnlyList<CriterionEntry> All { get; } =
    [
        new("magnitude", "s = |w| (Han et al. 2015)", () => new MagnitudeCriterion()),
        new("obd", "s = h w^2 / 2, h by recursion (LeCun, Denker and Solla 1989)", () => new ObdCriterion()),
        new("obd-gauss-newton", "obd without the h'' terms, so that no h is negative", () => new ObdCriterion(CurvatureKind.GaussNewton)),
        new("obd-exact", "obd with the exact h of ReLU networks", () => new ObdCriterion(CurvatureKind.Exact)),
    ];

    /// <summary>Makes the criterion of this name.</summary>
    /// <exception cref="EspalierException">There is none.</exception>
    public static PruningCriterion Create(string name) =>
        All.FirstOrDefault(entry => entry.Name == name)?.Create()
        ?? throw new EspalierException($"{name}: no criterion has this name. There are: {string.Join(", ", All.Select(entry => entry.Name))}.");
}
