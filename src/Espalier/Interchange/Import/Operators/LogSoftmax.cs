using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import.Operators;

/// <summary>
/// x_i - ln(sum_j e^x_j), from layers that there are: ln(e^a + e^b) = a + softplus(b - a), pair by pair until one number is left. Nothing
/// overflows, and each level adds a few roundings.
/// </summary>
internal static class LogSoftmax
{
    // softplus(-1000) is 0: what stands alone at the end of an odd row is added nothing.
    private const float AddsNothing = -1000;

    /// <summary>The logarithm of the softmax of each group of elements, all of one size; each element belongs to one.</summary>
    public static Signal Of(NodeCall call, Signal x, int[][] groups)
    {
        (NetworkAssembler network, string name) = (call.Network, call.LayerName);
        Signal whole = network.Flattened(name, network.Permuted(name, x)) with { IsShared = true };
        int[][] places = Array.ConvertAll(groups, group => Array.ConvertAll(group, whole.At));
        Signal level = whole;
        for (int length = groups[0].Length; length > 1; length = (length + 1) / 2)
        {
            SparseRows first = network.RowsOver(level), difference = network.RowsOver(level);
            foreach (int[] group in places)
            {
                for (int i = 0; i < length; i += 2)
                {
                    first.Add(group[i], 1);
                    if (i + 1 < length)
                    {
                        difference.Add(group[i + 1], 1);
                        difference.Add(group[i], -1);
                    }

                    first.EndRow();
                    difference.EndRow();
                }
            }

            int pairs = (length + 1) / 2, all = pairs * groups.Length;
            bool isOdd = length % 2 != 0;
            Signal firsts = network.Dense($"{name}_first", level, first, [all], -1),
                differences = network.Dense($"{name}_more", level, difference, [all], -1);
            differences = Affine.Apply(network, name, differences, _ => 1, i => isOdd && i % pairs == pairs - 1 ? AddsNothing : 0);
            level = network.Addition($"{name}_sum", firsts, network.Activate(name, differences, Activation.Softplus));
            places = [.. Enumerable.Range(0, all).Chunk(pairs)];
        }

        int values = network.Layers.ShapeOf(whole.Source).Length;
        var both = new Signal(
            network.Concatenation($"{name}_both", [whole.Source, level.Source]), [values + groups.Length], null, -1, false);
        var groupOf = new int[values];
        for (int g = 0; g < groups.Length; g++)
        {
            foreach (int element in groups[g]) groupOf[element] = g;
        }

        SparseRows rows = network.RowsOver(both);
        for (int i = 0; i < values; i++)
        {
            rows.Add(whole.At(i), 1);
            rows.Add(values + places[groupOf[i]][0], -1);
            rows.EndRow();
        }

        network.Note($"{name}: the logarithm of softmax became fully connected layers and softplus");
        return network.Dense(name, both, rows, x.Dims, x.Batch);
    }
}
