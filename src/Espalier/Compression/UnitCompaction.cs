using Espalier.Compilation.Kernels.Permute;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compression;

/// <summary>
/// What can be done to the hidden units of a network without changing what it computes, except that sums regroup and so may differ by
/// rounding. The samples go, because their outputs are those of the network to the bit.
/// </summary>
public static class UnitCompaction
{
    /// <summary>
    /// The network without hidden units that nobody reads or that are constant (folded into the biases they feed), and without stored
    /// zeros.
    /// </summary>
    /// <exception cref="EspalierException">The network has a fault.</exception>
    public static Network DropDeadUnits(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.FindFault() is string fault) throw new EspalierException($"Network '{network.Name}' cannot be compacted: {fault}");
        Network bare = network with { Samples = default };
        var lowered = new LoweredNetwork(NetworkHeader.Of(bare), NetworkContent.HashOf(bare), bare, new LoweringOptions());
        return Compilation.Lowering.Passes.DropDeadUnits.Apply(DropZeroWeights.Apply(lowered)).Network;
    }

    /// <summary>
    /// The network with the units of each hidden layer in the order of their number of readers, most read first: the next layer's weights
    /// crowd together, so that the gaps between them are told in fewer bits.
    /// </summary>
    /// <exception cref="EspalierException">The network has a fault.</exception>
    public static Network SortUnits(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.FindFault() is string fault) throw new EspalierException($"Network '{network.Name}' cannot be compacted: {fault}");
        DenseLayer[] layers = [.. network.Layers.Cast<DenseLayer>()];
        for (int i = 0; i + 1 < layers.Length; i++)
        {
            int[] order = MostReadFirst(layers[i + 1].Weights);
            float[] biases = layers[i].Biases.ToArray();
            layers[i] = layers[i] with
            {
                Weights = MatrixOrder.Apply(layers[i].Weights, order, MatrixOrder.Identity(layers[i].Weights.Columns)),
                Biases = new FloatVector(Array.ConvertAll(order, unit => biases[unit])),
            };
            SparseMatrix next = layers[i + 1].Weights;
            layers[i + 1] = layers[i + 1] with { Weights = MatrixOrder.Apply(next, MatrixOrder.Identity(next.Rows), order) };
        }

        return network with { Layers = new EquatableArray<Layer>(layers), Samples = default };
    }

    private static int[] MostReadFirst(SparseMatrix next)
    {
        var readers = new int[next.Columns];
        for (int i = 0; i < next.Count; i++) readers[next.ColumnIndex(i)]++;
        int[] order = [.. Enumerable.Range(0, readers.Length)];
        Array.Sort(order, (left, right) => (readers[right], left).CompareTo((readers[left], right)));
        return order;
    }
}
