namespace Espalier.Pruning.Surgery;

/// <summary>When the survivors of a deletion are trained to the minimum again.</summary>
public enum RetrainingTime
{
    /// <summary>Never: the surgeon's own correction has to do.</summary>
    Never,

    /// <summary>When the deletion took the network beyond what is tolerated.</summary>
    WhenNeeded,

    /// <summary>After each deletion.</summary>
    Always,
}
