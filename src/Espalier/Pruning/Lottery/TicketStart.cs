namespace Espalier.Pruning.Lottery;

/// <summary>What the weights that survive a round start from in the next one.</summary>
public enum TicketStart
{
    /// <summary>The values that the same weights had at the start, or a few steps after it: the lottery ticket.</summary>
    Rewind,

    /// <summary>New random values: the control, which shows what the mask alone is worth.</summary>
    Reinitialize,
}
