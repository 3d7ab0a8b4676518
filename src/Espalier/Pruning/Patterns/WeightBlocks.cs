namespace Espalier.Pruning.Patterns;

/// <summary>See <see cref="PruningPattern.Blocks"/>.</summary>
/// <param name="Height">The units of a block.</param>
/// <param name="Width">The inputs of a block.</param>
internal sealed record WeightBlocks(int Height, int Width) : PruningPattern
{
    public override string Name => $"{Height}x{Width}";

    /// <summary>
    /// Whether the inputs of a block follow each other in the layer: in registers, too, if they are of one, and units stay where they are.
    /// </summary>
    public bool IsContiguous => Order == PatternOrder.Consecutive
        || (Order == PatternOrder.Registers && Height == 1 && Width <= LayerLayout.LeastVector);

    internal override int Inputs => Width;

    internal override int Units => Height;

    internal override WeightSets Divide(LayerWorth layer, LayerLayout layout)
    {
        int blocks = layout.GroupCount * layout.SliceCount;
        var sets = new WeightSets(layer.Units * layer.Inputs, blocks, layer.Units * layout.IdleCount);
        for (int unit = 0, weight = 0; unit < layer.Units; unit++)
        {
            int first = layout.GroupOfUnit[unit] * layout.SliceCount;
            for (int input = 0; input < layer.Inputs; input++, weight++)
            {
                int slice = layout.SliceOfInput[input];
                if (slice == LayerLayout.Idle) sets.AddIdle(weight, layer);
                else sets.Add(first + slice, weight, layer);
            }
        }

        return sets;
    }
}
