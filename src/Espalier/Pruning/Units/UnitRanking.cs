namespace Espalier.Pruning.Units;

/// <summary>When units are scored (Wolfe et al. 2016).</summary>
public enum UnitRanking
{
    /// <summary>Once, before the first one leaves: their Algorithm I.</summary>
    Once,

    /// <summary>Again before every round: their Algorithm II. Units that made up for each other are seen for what they are.</summary>
    EachRound,
}
