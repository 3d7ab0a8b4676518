namespace Espalier.Pruning.Units;

/// <summary>Why a unit could be folded away.</summary>
public enum UnitFoldKind
{
    /// <summary>Nothing reads it.</summary>
    Unread,

    /// <summary>It yields the same for every sample; that went into the biases of those that read it.</summary>
    Constant,

    /// <summary>Another unit yields the same, or the same but for a constant; that unit's outgoing weights took it over.</summary>
    Duplicate,

    /// <summary>
    /// Another unit yields the opposite, or a constant less it; that unit's outgoing weights took it over with the other sign.
    /// </summary>
    Mirrored,
}
