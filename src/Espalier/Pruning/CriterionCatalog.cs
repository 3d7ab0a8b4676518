using Espalier.Pruning.Criteria;
using Espalier.Pruning.Curvature;
using Espalier.Pruning.Layerwise;

namespace Espalier.Pruning;

/// <summary>All criteria for single weights, by name.</summary>
public static class CriterionCatalog
{
    /// <summary>The criteria, simple ones first.</summary>
    public static IReadOnlyList<CriterionEntry> All { get; } =
    [
        new("random", "chance: the control", () => new RandomCriterion()),
        new("magnitude", "s = |w| (Han et al. 2015)", () => new MagnitudeCriterion()),
        new("sensitivity", "s = |w| / deviation of the layer's weights (Han et al. 2015)", () => new SensitivityThresholdCriterion()),
        new("lamp", "s = w^2 / sum of w^2 of the larger ones of the layer (Lee et al. 2021)", () => new LampCriterion()),
        new("lamp-work", "lamp / root of the multiplications of a weight: convolutions get emptier, the network faster",
            () => new WorkLampCriterion()),
        new("lookahead", "s = w^2 times the squares of the neighbouring layers' weights on its path (Park et al. 2020)",
            () => new LookaheadCriterion()),
        new("activation-magnitude", "s = w^2 E[x^2] (Sun et al. 2023)", () => new ActivationMagnitudeCriterion()),
        new("snip", "s = |w dL/dw| on one batch, before training (Lee et al. 2019)", () => new SnipCriterion()),
        new("obd", "s = h w^2 / 2, h by recursion (LeCun, Denker and Solla 1989)", () => new ObdCriterion()),
        new("obd-gauss-newton", "obd without the h'' terms, so that no h is negative", () => new ObdCriterion(CurvatureKind.GaussNewton)),
        new("obd-exact", "obd with the exact h of ReLU networks", () => new ObdCriterion(CurvatureKind.Exact)),
        new("l-obs", "layer-wise optimal brain surgeon (Dong, Chen and Pan 2017)", () => new LayerwiseObs()),
        new("exact-obs-layers", "ExactOBS, each layer by itself (Frantar, Singh and Alistarh 2022)",
            () => new ExactObs { FitsSequentially = false }),
        new("exact-obs", "ExactOBS, then layer after layer fitted by least squares: the best without retraining", () => new ExactObs()),
        new("obs", "L = w^2 / (2 [H^-1]_qq) over the whole network, survivors moved; up to 2,500 parameters (Hassibi and Stork 1993)",
            () => new ObsCriterion()),
    ];

    /// <summary>Makes the criterion of this name.</summary>
    /// <exception cref="EspalierException">There is none.</exception>
    public static PruningCriterion Create(string name) =>
        All.FirstOrDefault(entry => entry.Name == name)?.Create()
        ?? throw new EspalierException(
            $"{name}: no criterion has this name. There are: {string.Join(", ", All.Select(entry => entry.Name))}.");
}
