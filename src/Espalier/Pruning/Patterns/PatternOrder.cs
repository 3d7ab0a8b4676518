namespace Espalier.Pruning.Patterns;

/// <summary>Which inputs make a slice together, and which units a group.</summary>
public enum PatternOrder
{
    /// <summary>Those that follow each other in the layer.</summary>
    Consecutive,

    /// <summary>
    /// Two vectors of inputs far apart, each of inputs that follow each other: a kernel reads them as they are. Units that need the same inputs.
    /// </summary>
    Registers,

    /// <summary>
    /// Inputs as far from each other as can be, units that need the same inputs. Neighbouring inputs mostly are alike, as pixels, and so each
    /// unit finds about as much worth in every slice; no data are asked, so that a compiler finds the slices again.
    /// </summary>
    Interleaved,

    /// <summary>Only inputs that carry information, dealt out by what they are worth to which unit; units that need the same inputs.</summary>
    Live,
}
