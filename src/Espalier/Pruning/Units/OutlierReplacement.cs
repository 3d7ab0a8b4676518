namespace Espalier.Pruning.Units;

/// <summary>What stands in for a score that is out of all proportion.</summary>
public enum OutlierReplacement
{
    /// <summary>The mean of the others.</summary>
    Mean,

    /// <summary>The median of the others.</summary>
    Median,
}
