namespace Espalier.Pruning.Patterns;

/// <summary>See <see cref="PruningPattern.Balanced"/>.</summary>
/// <param name="Kept">The weights that stay of each slice of a unit.</param>
/// <param name="Slice">The inputs of a slice.</param>
internal sealed record BalancedSlices(int Kept, int Slice) : PruningPattern
{
    public override string Name => $"{Kept}of{Slice}";

    public override bool SaysHowMany => true;

    internal override int Inputs => Slice;

    // Units do not meet: the lanes are full whichever come together, if there are enough.
    internal override int Units => 1;

    internal override bool Fits(int units, int inputs) => units >= Lanes && inputs >= Slice;

    // Weights leave one by one, but the best of each slice stay.
    internal override WeightSets Divide(LayerWorth layer, LayerLayout layout)
    {
        int count = layer.Units * layer.Inputs;
        var sets = new WeightSets(count, count, layer.Units * layout.IdleCount);
        var ranking = new SliceRanking(layer, layout);
        for (int unit = 0, weight = 0; unit < layer.Units; unit++)
        {
            for (int input = 0; input < layer.Inputs; input++, weight++)
            {
                if (layout.SliceOfInput[input] != LayerLayout.Idle) sets.Add(weight, weight, layer);
                else sets.AddIdle(weight, layer);
            }

            for (int slice = 0; slice < layout.SliceCount; slice++)
            {
                ReadOnlySpan<int> best = ranking.Of(unit, slice);
                foreach (int one in best[..Math.Min(Kept, best.Length)]) sets.Keep(one);
            }
        }

        return sets;
    }
}
