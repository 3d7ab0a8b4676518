namespace Espalier.Pruning.Units;

/// <summary>Which units leave in a round.</summary>
public enum UnitChoice
{
    /// <summary>Those of the lowest scores of all: so many in each round.</summary>
    Lowest,

    /// <summary>
    /// All whose score is more than one standard deviation below the mean of their layer, over the units that live: with APoZ, those whose
    /// share of zeros is above the mean by more than that (Hu et al. 2016, Network trimming).
    /// </summary>
    Outlying,
}
