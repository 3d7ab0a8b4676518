namespace Espalier.Pruning.Surgery;

/// <summary>Which parameter goes next, and what the others do about it.</summary>
public enum DeletionOrder
{
    /// <summary>
    /// Optimal Brain Surgeon: the least L_q = w_q^2 / (2 [H^-1]_qq); all others move to make up for it (Hassibi and Stork 1993).
    /// </summary>
    OptimalBrainSurgeon,

    /// <summary>Optimal Brain Damage: the least H_qq w_q^2 / 2; the others stay (LeCun, Denker and Solla 1989).</summary>
    OptimalBrainDamage,

    /// <summary>The least |w|; the others stay.</summary>
    Magnitude,
}
