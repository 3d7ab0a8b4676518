using System;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Removes hidden units and filters that cannot matter, until none is left: one without outgoing weights is read by nobody; one without
/// incoming weights is the constant f(bias), which is folded into the biases that follow; and when a dense layer has no weights at all, the
/// layers before it are of no use to it.
/// </summary>
/// <remarks>
/// <para>
/// Before: no stored weight is zero. After: every unit or filter is read by some
/// layer, by the rules of <see cref="ChannelRemoval"/>, and has a weight of its own, unless its layer is a softmax, folding would overflow,
/// or what it feeds cannot take a constant: a padded convolution, beyond whose border lies 0 and not the constant, or an addition to
/// something that varies, or to batch normalisation or groups, which are gone before in the list of passes. A constant passes through
/// poolings (but for means that count padding), concatenations and additions of constants. A dense layer without weights reads the
/// network's input. Inputs and outputs of the network stay.
/// </para>
/// <para>
/// Example: in a 2-3-1 network with ReLU whose hidden units are <c>a</c> (no incoming weight, bias 2, outgoing weight 0.5), <c>b</c> (no
/// outgoing weight) and <c>c</c> (both), <c>a</c> adds 1 to the output's bias and <c>a</c> and <c>b</c> go: a 2-1-1 network is left.
/// </para>
/// </remarks>
internal static class DropDeadUnits
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "drop dead units";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        LayerGraph graph = LayerGraph.Of(lowered.Network);
        var removed = new RemovedChannels(0, 0);
        int folded = 0, cut = 0;
        bool changed;
        do
        {
            // Constants travel forwards and absence of readers travels backwards, so one round nearly always settles it.
            RemovedChannels before = removed;
            int foldedBefore = folded, cutBefore = cut;
            cut += CutBeforeEmptyLayers(graph, lowered.Header.InputLength, ref removed);
            folded += FoldConstants(graph);
            removed += ChannelRemoval.Run(graph);
            changed = removed != before || folded != foldedBefore || cut != cutBefore;
        }
        while (changed);

        if (removed.Count + folded + cut == 0) return lowered;
        return (lowered with { FoldedUnits = lowered.FoldedUnits + folded }).WithGraph(graph).WithNote(
            Name, $"{removed.Describe("removed")}; constants folded into the biases they fed: {folded}");
    }

    /// <summary>
    /// Lets dense layers without any weight read the network's inputs, which they do not look at, and removes what is unread then.
    /// </summary>
    private static int CutBeforeEmptyLayers(LayerGraph graph, int inputLength, ref RemovedChannels removed)
    {
        int cut = 0;
        for (int i = 0; i < graph.Count; i++)
        {
            if (graph[i] is not DenseLayer { Weights.Count: 0 } layer || graph.Sources(i)[0] == LayerGraph.Input) continue;
            graph[i] = layer with { Weights = MatrixEdit.Empty(layer.Weights.Rows, inputLength) };
            graph.SetSource(i, LayerGraph.Input);
            cut++;
        }

        if (cut == 0) return 0;
        foreach (Layer layer in graph.RemoveUnread())
        {
            int channels = layer.OutputShape.Channels;
            if (layer is DenseLayer) removed += new RemovedChannels(channels, 0);
            else if (layer is ConvolutionLayer) removed += new RemovedChannels(0, channels);
        }

        return cut;
    }

    /// <summary>
    /// Moves what constant channels feed into the biases of their readers, where that is exact; they are unread by these then. Gives back
    /// how many.
    /// </summary>
    private static int FoldConstants(LayerGraph graph)
    {
        int folded = 0;
        var constants = new float?[graph.Count][];
        for (int i = 0; i < graph.Count; i++)
        {
            int source = graph.Sources(i)[0];
            if (graph[i] is WeightedLayer layer and not ConvolutionLayer { Groups: > 1 } && source != LayerGraph.Input)
            {
                folded += Fold(ref layer, constants[source], ChannelRemoval.ColumnsOf(graph, i));
                graph[i] = layer;
            }

            constants[i] = ConstantsOf(graph[i], [.. graph.Sources(i).Select(
                s => s == LayerGraph.Input ? new float?[graph.ShapeOf(s).Channels] : constants[s])]);
        }

        return folded;
    }

    /// <summary>For each channel of a layer, the value that all its elements have whatever the input; null where they vary.</summary>
    private static float?[] ConstantsOf(Layer layer, float?[][] inputs)
    {
        if (!layer.Activation.IsElementwise) return new float?[layer.OutputShape.Channels];
        float?[] values = layer switch
        {
            WeightedLayer weighted => [.. Enumerable.Range(0, weighted.Weights.Rows).Select(
                row => weighted.Weights.RowCount(row) == 0 ? weighted.Biases[row] : (float?)null)],
            PoolingLayer { CountPadding: true } => new float?[inputs[0].Length],
            PoolingLayer => inputs[0],
            AdditionLayer => [.. inputs.Aggregate((left, right) => [.. left.Zip(right, (a, b) => a + b)])],
            ConcatenationLayer => [.. inputs.SelectMany(input => input)],
            FlattenLayer flatten =>
                [.. inputs[0].SelectMany(value => Enumerable.Repeat(value, flatten.Input.Height * flatten.Input.Width))],
            _ => new float?[layer.OutputShape.Channels],
        };
        return Array.ConvertAll(values, value => value is float known ? ActivationMath.Apply(layer.Activation, known) : (float?)null);
    }

    /// <summary>Folds the constants that a layer reads; each takes <paramref name="columns"/> columns of its weights.</summary>
    private static int Fold(ref WeightedLayer layer, float?[] constants, int columns)
    {
        SparseMatrix weights = layer.Weights;
        bool isFramed = layer is ConvolutionLayer { Window.HasPadding: true };
        var fold = new bool[constants.Length];
        foreach (int column in weights.RawColumnIndices)
        {
            int channel = column / columns;
            fold[channel] = constants[channel] is float value && FloatBits.IsFinite(value) && (!isFramed || value == 0);
        }

        float[] biases = FoldedBiases(layer, constants, columns, fold);
        int count = fold.Count(folds => folds);
        if (count == 0) return 0;
        layer = layer with
        {
            Weights = MatrixEdit.KeepEntries(weights, (_, column, _) => !fold[column / columns]),
            Biases = FloatVector.Own(biases),
        };
        return count;
    }

    /// <summary>
    /// The biases with the constants added; a channel that would make one of them infinite is struck from <paramref name="fold"/>.
    /// </summary>
    private static float[] FoldedBiases(WeightedLayer layer, float?[] constants, int columns, bool[] fold)
    {
        SparseMatrix weights = layer.Weights;
        while (true)
        {
            float[] biases = layer.Biases.ToArray();
            int overflow = -1;
            for (int row = 0; row < weights.Rows && overflow < 0; row++)
            {
                for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
                {
                    int channel = weights.ColumnIndex(i) / columns;
                    if (!fold[channel]) continue;
                    biases[row] += weights.Value(i) * constants[channel]!.Value;
                    if (FloatBits.IsFinite(biases[row])) continue;
                    overflow = channel;
                    break;
                }
            }

            if (overflow < 0) return biases;
            fold[overflow] = false;
        }
    }
}
