namespace Espalier.Pruning.Units;

/// <summary>What is done about a unit whose output another one of its layer nearly repeats, up to a factor and a constant.</summary>
public enum UnitTwins
{
    /// <summary>Nothing.</summary>
    Ignore,

    /// <summary>
    /// The twin takes over the part of the removed unit's output that it can: w_twin += scale w_unit, b += offset w_unit.
    /// </summary>
    Merge,

    /// <summary>
    /// When one of the two has left, the score of the other, made while both were there, is not relied on: it stays until units are scored
    /// again, or until there is no other unit to remove.
    /// </summary>
    HoldBack,
}
