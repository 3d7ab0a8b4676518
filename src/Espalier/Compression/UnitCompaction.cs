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
    /// The network with the units of each hidden layer that one dense layer alone reads in the order of their number of readers, most read
    /// first: the next layer's weights crowd together, so that the gaps between them are told in fewer bits.
    /// </summary>
    /// <exception cref="EspalierException">The network has a fault.</exception>
    public static Network SortUnits(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.FindFault() is string fault) throw new EspalierException($"Network '{network.Name}' cannot be compacted: {fault}");
        Layer[] layers = [.. network.Layers];
        int[] readers = ReaderCounts(network);
        for (int i = 0; i + 1 < layers.Length; i++)
        {
            if (readers[i] != 1 || layers[i] is not DenseLayer units || layers[i + 1] is not DenseLayer reader) continue;
            if (network.SourcesOf(i + 1)[0] != i) continue;
            int[] order = MostReadFirst(reader.Weights);
            float[] biases = units.Biases.ToArray();
            layers[i] = units with
            {
                Weights = MatrixOrder.Apply(units.Weights, order, MatrixOrder.Identity(units.Weights.Columns)),
                Biases = new FloatVector(Array.ConvertAll(order, unit => biases[unit])),
            };
            layers[i + 1] = reader with
            {
                Weights = MatrixOrder.Apply(reader.Weights, MatrixOrder.Identity(reader.Weights.Rows), order),
            };
        }

        return network with { Layers = new EquatableArray<Layer>(layers), Samples = default };
    }

    private static int[] ReaderCounts(Network network)
    {
        var counts = new int[network.Layers.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            foreach (int source in network.SourcesOf(i)) counts[Math.Max(source, 0)] += source < 0 ? 0 : 1;
        }

        return counts;
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
