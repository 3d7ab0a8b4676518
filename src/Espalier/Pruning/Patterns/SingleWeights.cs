namespace Espalier.Pruning.Patterns;

/// <summary>Each weight by itself.</summary>
internal sealed record SingleWeights : PruningPattern
{
    public override string Name => "weights";

    internal override int Inputs => 1;

    internal override int Units => 1;

    /// <summary>The weights of a layer as they are, for a pattern that the layer is too small for.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="stay">Whether none may leave.</param>
    public static WeightSets Divide(LayerWorth layer, bool stay)
    {
        int count = layer.Units * layer.Inputs;
        var sets = new WeightSets(count, count);
        for (int weight = 0; weight < count; weight++)
        {
            sets.Add(weight, weight, layer);
            if (stay) sets.Keep(weight);
        }

        return sets;
    }

    internal override WeightSets Divide(LayerWorth layer, LayerLayout layout) => Divide(layer, stay: false);
}
