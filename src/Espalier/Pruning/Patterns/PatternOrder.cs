namespace Espalier.Pruning.Patterns;

/// <summary>Which inputs make a slice together, and which units a group.</summary>
/// <remarks>
/// LeNet-300-100 on MNIST after 6 + 6 epochs of gradual magnitude pruning, test error in per cent, one seed, in the order below: 2of32
/// 1.93, 1.80, 1.57, 1.53; 1of32 2.63, 2.41, 1.79, 1.89; of32 to 9,400 weights 2.00, 1.69, 1.65, 1.62. Single weights: 1.53 at 16,800, 1.56
/// at 9,400.
/// </remarks>
public enum PatternOrder
{
    /// <summary>Those that follow each other in the layer.</summary>
    Consecutive,

    /// <summary>
    /// Two vectors of inputs far apart, each of inputs that follow each other: a kernel reads them as they are. Units that need the same
    /// inputs.
    /// </summary>
    Registers,

    /// <summary>
    /// Inputs as far from each other as can be, units that need the same inputs. Neighbouring inputs mostly are alike, as pixels, and so
    /// each unit finds about as much worth in every slice; no data are asked, so that a compiler finds the slices again.
    /// </summary>
    Interleaved,

    /// <summary>
    /// Only inputs that carry information, dealt out by what they are worth to which unit; units that need the same inputs.
    /// </summary>
    Live,
}
