using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import.Operators;

/// <summary>
/// x_i - ln(sum_j e^x_j), from layers that there are: ln(e^a + e^b) = a + softplus(b - a), pair by pair until one number is left. Nothing
/// overflows, and each
/// level adds a few roundings.
/// </summary>
internal static class LogSoftmax
{
    // softplus(-1000) is 0: what stands alone at the end of an odd row is added nothing.
    private const float AddsNothing = -1000;

    /// <summary>The logarithm of the softmax of all elements.</summary>
    /// <exception cref="EspalierException">There are several groups.</exception>
    public static Signal Of(NodeCall call, Signal x, int[][] groups)
    {
        if (groups.Length != 1)
        {
            throw new EspalierException(
                $"takes the logarithm of softmax over each of {groups.Length} groups of values; one group is needed.");
        }

        (NetworkAssembler network, string name) = (call.Network, call.LayerName);
        Signal whole = network.Flattened(name, network.Permuted(name, x)) with { IsShared = true };
        Signal level = whole;
        for (int length = x.Length; length > 1; length = (length + 1) / 2)
        {
            SparseRows first = network.RowsOver(level), difference = network.RowsOver(level);
            for (int i = 0; i < length; i += 2)
            {
                first.Add(level.At(i), 1);
                if (i + 1 < length)
                {
                    difference.Add(level.At(i + 1), 1);
                    difference.Add(level.At(i), -1);
                }

                first.EndRow();
                difference.EndRow();
            }

            int pairs = (length + 1) / 2;
            bool isOdd = length % 2 != 0;
            Signal firsts = network.Dense($"{name}_first", level, first, [pairs], -1), differences = network.Dense($"{name}_more", level, difference, [pairs], -1);
            differences = Affine.Apply(network, name, differences, _ => 1, i => isOdd && i == pairs - 1 ? AddsNothing : 0);
            level = network.Addition($"{name}_sum", firsts, network.Activate(name, differences, Activation.Softplus));
        }

        int values = network.Layers.ShapeOf(whole.Source).Length;
        var both = new Signal(network.Concatenation($"{name}_both", [whole.Source, level.Source]), [values + 1], null, -1, false);
        SparseRows rows = network.RowsOver(both);
        for (int i = 0; i < values; i++)
        {
            rows.Add(whole.At(i), 1);
            rows.Add(values, -1);
            rows.EndRow();
        }

        network.Note($"{name}: the logarithm of softmax became fully connected layers and softplus");
        return network.Dense(name, both, rows, x.Dims, x.Batch);
    }
}
