namespace Espalier.Pruning.Units.Criteria;

/// <summary>How far a Taylor series goes.</summary>
public enum TaylorOrder
{
    /// <summary>The slope alone.</summary>
    First,

    /// <summary>Slope and curvature.</summary>
    Second,
}
