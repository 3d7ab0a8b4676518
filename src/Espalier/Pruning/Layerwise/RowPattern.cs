using Espalier.Pruning.Patterns;

namespace Espalier.Pruning.Layerwise;

/// <summary>Which weights of a unit may leave together, the same for all units of a layer.</summary>
/// <param name="GroupOf">The group of each input.</param>
/// <param name="Least">How many weights of each group stay at least.</param>
/// <param name="Width">The most inputs of a group that leaves as a whole, all next to each other; 1 where weights leave one by one.</param>
internal sealed record RowPattern(int[] GroupOf, int[] Least, int Width)
{
    /// <summary>Whether some group must keep weights.</summary>
    public bool IsLimited { get; } = Least.Any(least => least > 0);

    /// <summary>The pattern of a layer.</summary>
    /// <param name="layout">The pattern of the network, which <see cref="ExactObs.CanFollow"/>, or null.</param>
    /// <param name="layerIndex">The layer's place among the prunable parameters.</param>
    /// <param name="inputs">The inputs of a unit.</param>
    public static RowPattern Of(PatternLayout? layout, int layerIndex, int inputs)
    {
        LayerLayout? layer = layout?.Layers[layerIndex];
        if (layer is null)
        {
            int least = layout is { Pattern.SaysHowMany: true } ? 1 : 0;
            return new RowPattern([.. Enumerable.Range(0, inputs)], [.. Enumerable.Repeat(least, inputs)], 1);
        }

        // Idle inputs are a group of their own, of which none must stay.
        int[] groups = [.. layer.SliceOfInput.Select(slice => slice == LayerLayout.Idle ? layer.SliceCount : slice)];
        int kept = (layout!.Pattern as BalancedSlices)?.Kept ?? 0;
        int width = layout.Pattern is WeightBlocks blocks ? Math.Min(blocks.Width, inputs) : 1;
        return new RowPattern(groups, [.. Enumerable.Repeat(kept, layer.SliceCount), 0], width);
    }
}
