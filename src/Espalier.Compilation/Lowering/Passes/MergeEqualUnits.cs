using System;
using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Keeps one of several hidden units that compute the same: of units with equal weights and an equal bias, to the bit, the first one
/// survives, and what the others feed is added to its outgoing weights. Together with <see cref="DropDeadUnits"/>, until nothing changes.
/// </summary>
/// <remarks>
/// <para>
/// Before: no stored weight is zero. After: no two units of a hidden layer with an elementwise activation have the same weights and bias,
/// unless the sum of two of their outgoing weights would overflow; what <see cref="DropDeadUnits"/> promises holds. A sum that is zero
/// is no weight. A layer keeps its codebook while all its weights are in it. The units of a hidden softmax all stay, because each
/// is a share of their common sum.
/// </para>
/// <para>
/// Example: in a 2-3-1 network the hidden units <c>a</c> and <c>c</c> both have the weights 1 and 2 and the bias 3, and the output reads
/// them with 0.5 and 0.25: <c>c</c> goes, and the output reads <c>a</c> with 0.75. Read with 0.5 and -0.5, both go.
/// </para>
/// </remarks>
internal static class MergeEqualUnits
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "merge equal units";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        var merged = new RemovedChannels(0, 0);
        while (true)
        {
            LayerGraph graph = LayerGraph.Of(lowered.Network);
            RemovedChannels now = Merge(graph);
            if (now.Count == 0) break;
            merged += now;
            lowered = DropDeadUnits.Apply(lowered.WithGraph(graph));
        }

        if (merged.Count == 0) return lowered;
        lowered = lowered with { MergedUnits = lowered.MergedUnits + merged.Count };
        return lowered.WithNote(Name, merged.Describe("merged into an equal one"));
    }

    /// <summary>Merges the equal channels of all layers, and gives back how many went.</summary>
    private static RemovedChannels Merge(LayerGraph graph)
    {
        var survivors = new int[graph.Count][];
        for (int i = 0; i < graph.Count; i++)
        {
            // Forwards, because channels of a layer may become equal when those that it reads are merged.
            int source = graph.Sources(i)[0];
            if (graph[i] is WeightedLayer layer && source != LayerGraph.Input && !IsIdentity(survivors[source]))
            {
                int span = ChannelRemoval.ColumnsOf(graph, i);
                var columns = new int[layer.Weights.Columns];
                for (int j = 0; j < columns.Length; j++) columns[j] = survivors[source][j / span] * span + j % span;
                graph[i] = layer with { Weights = AddColumns(layer.Weights, columns) };
            }

            survivors[i] = SurvivorsOf(graph, i, survivors);
        }

        // What could not be merged everywhere has readers still, and stays.
        return ChannelRemoval.Run(graph, (layer, channel) => survivors[layer][channel] != channel);
    }

    /// <summary>For each channel of a layer, the first one that has the same values.</summary>
    private static int[] SurvivorsOf(LayerGraph graph, int index, int[][] survivors)
    {
        int[][] inputs = [.. graph.Sources(index).Select(
            source => source == LayerGraph.Input ? Identity(graph.ShapeOf(source).Channels) : survivors[source])];
        if (!graph[index].Activation.IsElementwise) return Identity(graph.ShapeOf(index).Channels);
        return graph[index] switch
        {
            WeightedLayer layer => FindEqual(layer),
            PoolingLayer => inputs[0],
            ConcatenationLayer => Concatenated(inputs),
            _ => Identity(graph.ShapeOf(index).Channels),
        };
    }

    private static int[] Concatenated(int[][] inputs)
    {
        var all = new List<int>();
        foreach (int[] input in inputs)
        {
            int first = all.Count;
            foreach (int survivor in input) all.Add(first + survivor);
        }

        return [.. all];
    }

    private static int[] Identity(int count) => [.. Enumerable.Range(0, count)];

    private static bool IsIdentity(int[] survivors)
    {
        for (int unit = 0; unit < survivors.Length; unit++)
        {
            if (survivors[unit] != unit) return false;
        }

        return true;
    }

    /// <summary>For each unit or filter, the first one that computes the same.</summary>
    private static int[] FindEqual(WeightedLayer layer)
    {
        SparseMatrix weights = layer.Weights;
        var first = new Dictionary<ContentHash, int>();
        var survivors = new int[weights.Rows];
        for (int unit = 0; unit < survivors.Length; unit++)
        {
            ContentHash hash = ContentHash.Empty.Add(FloatBits.Of(layer.Biases[unit]));
            for (int i = weights.RowStart(unit); i < weights.RowStart(unit + 1); i++)
            {
                hash = hash.Add((ulong)weights.ColumnIndex(i) << 32 | FloatBits.Of(weights.Value(i)));
            }

            if (!first.TryGetValue(hash, out survivors[unit])) first.Add(hash, survivors[unit] = unit);
        }

        return survivors;
    }

    /// <summary>
    /// The matrix with each column added to that of its survivor. A column whose addition would overflow becomes its own survivor.
    /// </summary>
    private static SparseMatrix AddColumns(SparseMatrix matrix, int[] survivors)
    {
        while (true)
        {
            var starts = new int[matrix.Rows + 1];
            var indices = new List<int>(matrix.Count);
            var values = new List<float>(matrix.Count);
            int overflow = -1;
            for (int row = 0; row < matrix.Rows && overflow < 0; row++)
            {
                overflow = AddRow(matrix, row, survivors, indices, values);
                starts[row + 1] = values.Count;
            }

            if (overflow < 0)
            {
                FloatVector? codebook = CodebookOf(matrix, values);
                return new SparseMatrix(matrix.Rows, matrix.Columns, starts, [.. indices], [.. values], codebook);
            }

            survivors[overflow] = overflow;
        }
    }

    /// <summary>Appends a row with its entries added up by survivor, zeros left out; the column whose addition overflowed, or -1.</summary>
    private static int AddRow(SparseMatrix matrix, int row, int[] survivors, List<int> indices, List<float> values)
    {
        var sums = new SortedDictionary<int, float>();
        for (int i = matrix.RowStart(row); i < matrix.RowStart(row + 1); i++)
        {
            int column = matrix.ColumnIndex(i), survivor = survivors[column];
            float sum = sums.TryGetValue(survivor, out float before) ? before + matrix.Value(i) : matrix.Value(i);
            if (!FloatBits.IsFinite(sum)) return column;
            sums[survivor] = sum;
        }

        foreach (KeyValuePair<int, float> entry in sums)
        {
            if (entry.Value == 0) continue;
            indices.Add(entry.Key);
            values.Add(entry.Value);
        }

        return -1;
    }

    private static FloatVector? CodebookOf(SparseMatrix matrix, List<float> values)
    {
        if (matrix.Codebook is null) return null;
        HashSet<uint> shared = [.. Array.ConvertAll(matrix.Codebook.Raw, FloatBits.Of)];
        return values.TrueForAll(value => shared.Contains(FloatBits.Of(value))) ? matrix.Codebook : null;
    }
}
