namespace Espalier.Pruning.Patterns;

/// <summary>See <see cref="PruningPattern.Even"/>.</summary>
/// <param name="Slice">The inputs of a slice.</param>
internal sealed record EvenLanes(int Slice) : PruningPattern
{
    public override string Name => $"of{Slice}";

    internal override int Inputs => Slice;

    internal override int Units => Lanes;

    // The best weights of a group's units in a slice leave or stay together, and so do the second best: what is left is a number of steps
    // of the kernel, each with full lanes. As a step is never worth more than the one before, the best steps of all are the best choice.
    internal override WeightSets Divide(LayerWorth layer, LayerLayout layout)
    {
        int steps = layout.GroupCount * layout.SliceCount * Slice;
        var sets = new WeightSets(layer.Units * layer.Inputs, steps, layer.Units * layout.IdleCount);
        var ranking = new SliceRanking(layer, layout);
        for (int unit = 0; unit < layer.Units; unit++)
        {
            for (int slice = 0; slice < layout.SliceCount; slice++)
            {
                // Of equal steps, the later leaves first.
                int next = (layout.GroupOfUnit[unit] * layout.SliceCount + slice + 1) * Slice;
                foreach (int weight in ranking.Of(unit, slice)) sets.Add(--next, weight, layer);
            }

            foreach (int input in layout.IdleInputs()) sets.AddIdle(unit * layer.Inputs + input, layer);
        }

        return sets;
    }
}
