namespace Espalier.Pruning;

/// <summary>How fast weights go on the way from the first to the last round.</summary>
public enum SparsitySchedule
{
    /// <summary>All at once, in the first round.</summary>
    OneStep,

    /// <summary>The same number each round.</summary>
    Linear,

    /// <summary>The same fraction of those left each round.</summary>
    Exponential,

    /// <summary>
    /// Many at first, few at last: s_t = s_f + (s_i - s_f) (1 - t)^3, with s the fraction removed (Zhu and Gupta 2017, equation 1).
    /// </summary>
    Cubic,
}
