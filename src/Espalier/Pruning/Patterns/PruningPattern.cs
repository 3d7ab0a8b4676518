using System.Globalization;
using System.Text.RegularExpressions;
using Espalier.Training;

namespace Espalier.Pruning.Patterns;

/// <summary>
/// Which sets of a layer's weights stay or leave together, so that what is left fills the lanes of a kernel: a choice of its own beside the
/// criterion and the schedule. A layer too small for it is left to single weights.
/// </summary>
public abstract partial record PruningPattern
{
    /// <summary>The units that share a vector where a pattern does not say otherwise: the floats of 512 bits.</summary>
    public const int Lanes = 16;

    // Sizes that kernels have lanes for; besides, of a unit by itself, those of the literature: 2 of 4 weights, blocks of 4.
    private static readonly int[] s_sizes = [8, 16, 32], s_sizesOfBalance = [4, .. s_sizes], s_sizesOfUnit = [4, 8];

    private protected PruningPattern()
    {
    }

    /// <summary>Each weight by itself.</summary>
    public static PruningPattern Weights { get; } = new SingleWeights();

    /// <summary>The spelling, such as "2of32".</summary>
    public abstract string Name { get; }

    /// <summary>Which inputs and units come together.</summary>
    public PatternOrder Order { get; init; }

    /// <summary>Whether the pattern itself says how many weights stay in the end, so that no target need.</summary>
    public virtual bool SaysHowMany => false;

    /// <summary>The number of inputs in a slice.</summary>
    internal abstract int Inputs { get; }

    /// <summary>The number of units in a group.</summary>
    internal abstract int Units { get; }

    /// <summary>Exactly so many of each slice of a unit's inputs stay in the end, and at least so many before (Yao et al. 2019).</summary>
    /// <param name="kept">The weights that stay of each slice.</param>
    /// <param name="slice">The inputs of a slice; the last one of a unit may be shorter.</param>
    /// <exception cref="EspalierException">The numbers are not 1 to <paramref name="slice"/>.</exception>
    public static PruningPattern Balanced(int kept, int slice) => kept >= 1 && kept <= slice
        ? new BalancedSlices(kept, slice)
        : throw new EspalierException($"{kept} of each {slice} weights cannot be kept; give 1 up to the size of the slice.");

    /// <summary>
    /// Of each slice of inputs the units of a group of <see cref="Lanes"/> keep the same number, which may differ from slice to slice and
    /// group to group: all that full lanes ask for. The budget says how many.
    /// </summary>
    /// <param name="slice">The inputs of a slice; the last one may be shorter.</param>
    /// <exception cref="EspalierException">The slice is empty.</exception>
    public static PruningPattern Even(int slice) => slice >= 1
        ? new EvenLanes(slice)
        : throw new EspalierException($"Slices of {slice} inputs cannot be; give at least 1.");

    /// <summary>Blocks of <paramref name="units"/> units by <paramref name="inputs"/> inputs, kept or removed as a whole.</summary>
    /// <exception cref="EspalierException">A side is below 1.</exception>
    public static PruningPattern Blocks(int units, int inputs = 1) => units >= 1 && inputs >= 1
        ? new WeightBlocks(units, inputs)
        : throw new EspalierException($"Blocks of {units} x {inputs} weights cannot be; give sides of at least 1.");

    /// <summary>The pattern that a spelling means: "weights", "2of32" (balanced), "of32" (even), "16x1" or "1x4" (blocks).</summary>
    /// <exception cref="EspalierException">The spelling means none, or one of a size that is not offered.</exception>
    public static PruningPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == Weights.Name) return Weights;
        Match match = Spelling().Match(text);
        bool isBlock = match.Groups[2].Value == "x";
        bool isEven = match.Success && !isBlock && match.Groups[1].Length == 0;
        bool hasFirst = TryNumber(match.Groups[1], out int first), hasSecond = TryNumber(match.Groups[3], out int second);
        if (!hasSecond || !(hasFirst || isEven))
        {
            throw new EspalierException(
                $"{text}: no pattern is spelled so; write weights, of32, 2of32 (kept of each slice), 16x1 or 1x4 (units by inputs).");
        }

        if (isBlock && first != 1 && second != 1)
        {
            throw new EspalierException($"{text}: blocks are of one input or of one unit; write {first}x1 or 1x{second}.");
        }

        bool isOfUnit = isBlock && second != 1;
        int size = isBlock && !isOfUnit ? first : second;
        int[] sizes = isOfUnit ? s_sizesOfUnit : isBlock || isEven ? s_sizes : s_sizesOfBalance;
        if (!sizes.Contains(size))
        {
            string what = !isBlock ? "slices of so many inputs" : isOfUnit ? "blocks of so many inputs" : "blocks of so many units";
            throw new EspalierException($"{text}: there are no {what}; give {string.Join(", ", sizes[..^1])} or {sizes[^1]}.");
        }

        return isBlock ? Blocks(first, second) : isEven ? Even(size) : Balanced(first, size);
    }

    /// <summary>Throws when no layer of a network is large enough for the pattern.</summary>
    /// <exception cref="EspalierException">None is.</exception>
    public void RequireFit(TrainableNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.PrunableParameters.Any(layer => Fits(layer.Rows, layer.Columns))) return;
        throw new EspalierException($"No layer of '{network.Name}' is large enough for the pattern {Name}; prune single weights.");
    }

    /// <inheritdoc/>
    public sealed override string ToString() =>
        Order == PatternOrder.Consecutive || this is SingleWeights ? Name : $"{Name} {Order.ToString().ToLowerInvariant()}";

    /// <summary>Whether a layer is large enough.</summary>
    internal virtual bool Fits(int units, int inputs) => units >= Units && inputs >= Inputs;

    /// <summary>Divides the weights of a layer that are left into sets that leave together.</summary>
    internal abstract WeightSets Divide(LayerWorth layer, LayerLayout layout);

    private static bool TryNumber(Group group, out int value) =>
        int.TryParse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    [GeneratedRegex(@"^([0-9]*)(of|x)([0-9]+)\z")]
    private static partial Regex Spelling();
}
