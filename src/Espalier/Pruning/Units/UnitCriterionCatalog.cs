using Espalier.Pruning.Units.Criteria;

namespace Espalier.Pruning.Units;

/// <summary>All criteria for units, by name.</summary>
public static class UnitCriterionCatalog
{
    /// <summary>The criteria, the best first.</summary>
    public static IReadOnlyList<UnitCriterionEntry> All { get; } =
    [
        new("brute-force", "true change of the loss when the unit is switched off (Wolfe et al. 2016)", () => new BruteForceCriterion()),
        new("brute-force-mean", "true change of the loss when the unit yields its mean", () => new BruteForceCriterion(foldMeans: true)),
        new("second-order", "-O dE/dO + 1/2 O^2 d2E/dO^2 (Wolfe et al. 2016)", () => new TaylorCriterion(TaylorOrder.Second)),
        new("first-order", "-O dE/dO (Wolfe et al. 2016)", () => new TaylorCriterion(TaylorOrder.First)),
        new("taylor", "mean magnitude of O dE/dO, relative to the layer (Molchanov et al. 2017)", () => new TaylorMagnitudeCriterion()),
        new("apoz", "share of samples and positions in which a ReLU unit or filter is not zero (Hu et al. 2016)",
            () => new ZeroActivationCriterion()),
        new("n2ps", "N2PS (reconstruction): mean output times outgoing weights (Augasta and Kathirvalavakumar 2011)",
            () => new SignificanceCriterion()),
        new("onorm", "mean magnitude of the outgoing weights (He et al. 2014)", () => new OutputNormCriterion()),
        new("filter-norm", "magnitudes of the unit's or filter's own weights (Li et al. 2017)", () => new FilterNormCriterion()),
        new("geometric-median", "distance of its own weights to those of its layer (He et al. 2019)", () => new GeometricMedianCriterion()),
        new("random", "chance, the control", () => new RandomUnitCriterion()),
    ];

    /// <summary>Makes the criterion of this name.</summary>
    /// <exception cref="EspalierException">There is none.</exception>
    public static UnitCriterion Create(string name) =>
        All.FirstOrDefault(entry => entry.Name == name)?.Create()
        ?? throw new EspalierException(
            $"{name}: no criterion for units has this name. There are: {string.Join(", ", All.Select(entry => entry.Name))}.");
}
