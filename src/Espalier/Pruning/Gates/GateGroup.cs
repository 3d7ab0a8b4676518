namespace Espalier.Pruning.Gates;

/// <summary>What a gate opens and closes.</summary>
public enum GateGroup
{
    /// <summary>
    /// All weights that read one input of a dense layer, and with them the unit that yields it; all weights of a filter of a convolution:
    /// the authors' choice.
    /// </summary>
    Input,

    /// <summary>A single weight.</summary>
    Weight,
}
