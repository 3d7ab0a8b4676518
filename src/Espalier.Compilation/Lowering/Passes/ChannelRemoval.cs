using System;
using System.Linq;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Removes units, filters and channels that nobody reads. What a layer loses, all that read it lose too: the columns of dense layers and
/// convolutions, the channels of poolings, additions and concatenations.
/// </summary>
/// <remarks>
/// A channel of a vector is a single value. An addition keeps a channel if any of its inputs must, since they have to agree; so does a
/// concatenation, a pooling or a batch normalisation with its source; the network's input and the last layer keep all of theirs, a
/// convolution in groups all that it reads and yields, a softmax too, because each of its values is a share of the common sum; and no layer
/// loses its last channel.
/// </remarks>
internal static class ChannelRemoval
{
    /// <summary>Removes what is unread.</summary>
    /// <param name="graph">The layers.</param>
    /// <param name="mayGo">Whether a channel of a layer may go; null for any.</param>
    /// <returns>How many units and how many filters went.</returns>
    public static RemovedChannels Run(LayerGraph graph, Func<int, int, bool>? mayGo = null)
    {
        bool[][] keep = Kept(graph, mayGo ?? ((_, _) => true));

        // All layers are rewritten by the shapes before.
        int[] areas = [.. Enumerable.Range(0, graph.Count).Select(graph.AreaOf)];
        var removed = new RemovedChannels(0, 0);
        for (int i = 0; i < graph.Count; i++)
        {
            bool[] own = keep[i];
            bool[][] read = [.. graph.Sources(i).Select(source => source == LayerGraph.Input ? [] : keep[source])];
            int gone = own.Count(stays => !stays);
            if (gone == 0 && read.All(channels => channels.All(stays => stays))) continue;
            if (graph[i] is DenseLayer) removed = removed with { Units = removed.Units + gone };
            if (graph[i] is ConvolutionLayer) removed = removed with { Filters = removed.Filters + gone };
            int source = graph.Sources(i)[0];
            graph[i] = Without(graph[i], own, read, source == LayerGraph.Input ? 1 : areas[source]);
        }

        return removed;
    }

    /// <summary>For each channel of each layer, whether some layer reads it; of the last layer's, all are.</summary>
    public static bool[][] Read(LayerGraph graph)
    {
        bool[][] read = [.. Enumerable.Range(0, graph.Count).Select(i => new bool[graph.ShapeOf(i).Channels])];
        Fill(read[graph.Count - 1]);
        for (int i = graph.Count - 1; i >= 0; i--)
        {
            if (!graph[i].Activation.IsElementwise && read[i].Contains(true)) Fill(read[i]);
            ForEachSource(graph, i, (source, first, span) =>
            {
                if (graph[i] is ConvolutionLayer { Groups: > 1 }) Fill(read[source]);
                else if (graph[i] is WeightedLayer layer) MarkColumns(layer.Weights, ColumnsOf(graph, i), read[source]);
                else MarkChannels(read[i], first, span, read[source]);
            });
        }

        return read;
    }

    /// <summary>The columns of the weights of layer <paramref name="index"/> that belong to one channel of its source.</summary>
    public static int ColumnsOf(LayerGraph graph, int index) =>
        graph[index] is ConvolutionLayer convolution ? convolution.Window.Length : graph.AreaOf(graph.Sources(index)[0]);

    private static bool[][] Kept(LayerGraph graph, Func<int, int, bool> mayGo)
    {
        bool[][] keep = Read(graph);
        for (int i = 0; i < keep.Length; i++)
        {
            for (int c = 0; c < keep[i].Length; c++)
            {
                keep[i][c] |= !graph[i].Activation.IsElementwise || graph[i] is ConvolutionLayer { Groups: > 1 } || !mayGo(i, c);
            }

            if (!keep[i].Contains(true)) keep[i][0] = true;
        }

        // Backwards and forwards, until layers that share their channels agree.
        bool changed;
        do
        {
            changed = false;
            for (int i = 0; i < keep.Length; i++)
            {
                if (graph[i] is not WeightedLayer) changed |= Agree(graph, i, keep);
            }
        }
        while (changed);
        return keep;
    }

    /// <summary>Lets layer <paramref name="index"/> and what it reads keep the same channels; true when that changed something.</summary>
    private static bool Agree(LayerGraph graph, int index, bool[][] keep)
    {
        bool changed = false;
        int next = 0;
        foreach (int source in graph.Sources(index))
        {
            int span = SpanOf(graph, index, source), channels = graph.ShapeOf(source).Channels;
            int first = graph[index] is ConcatenationLayer ? next : 0;
            next += channels;
            for (int c = 0; c < channels; c++)
            {
                bool any = source == LayerGraph.Input || keep[source][c];
                for (int s = 0; s < span; s++) any |= keep[index][first + c * span + s];
                if (!any) continue;
                if (source != LayerGraph.Input) Keep(ref keep[source][c]);
                for (int s = 0; s < span; s++) Keep(ref keep[index][first + c * span + s]);
            }
        }

        return changed;

        void Keep(ref bool stays)
        {
            changed |= !stays;
            stays = true;
        }
    }

    /// <summary>
    /// Visits the layers that layer <paramref name="index"/> reads: where their channels begin in its own, and how many each makes.
    /// </summary>
    private static void ForEachSource(LayerGraph graph, int index, Action<int, int, int> visit)
    {
        int next = 0;
        foreach (int source in graph.Sources(index))
        {
            int first = graph[index] is ConcatenationLayer ? next : 0;
            if (source != LayerGraph.Input) visit(source, first, SpanOf(graph, index, source));
            next += graph.ShapeOf(source).Channels;
        }
    }

    /// <summary>
    /// How many channels of a layer without weights come of one channel of its source: of a flatten layer, all its values.
    /// </summary>
    private static int SpanOf(LayerGraph graph, int index, int source) => graph[index] is FlattenLayer ? graph.AreaOf(source) : 1;

    private static void MarkColumns(SparseMatrix weights, int columns, bool[] read)
    {
        foreach (int column in weights.RawColumnIndices) read[column / columns] = true;
    }

    private static void MarkChannels(bool[] channels, int first, int span, bool[] read)
    {
        for (int c = 0; c < read.Length; c++)
        {
            for (int s = 0; s < span; s++) read[c] |= channels[first + c * span + s];
        }
    }

    private static void Fill(bool[] flags)
    {
        for (int i = 0; i < flags.Length; i++) flags[i] = true;
    }

    private static Layer Without(Layer layer, bool[] own, bool[][] read, int area)
    {
        int channels = own.Count(stays => stays);
        return layer switch
        {
            DenseLayer dense => WithoutRows(dense, own) with { Weights = Columns(WithoutRows(dense, own).Weights, read[0], area) },
            ConvolutionLayer convolution => WithoutRows(convolution, own) with
            {
                Input = Image(convolution.Input, read[0]),
                Weights = Columns(WithoutRows(convolution, own).Weights, read[0], convolution.Window.Length),
            },
            PoolingLayer pooling => pooling with { Input = pooling.Input with { Channels = channels } },
            BatchNormalizationLayer normalization => normalization with
            {
                Input = normalization.Input with { Channels = channels },
                Scale = Some(normalization.Scale, own), Shift = Some(normalization.Shift, own),
                Mean = Some(normalization.Mean, own), Variance = Some(normalization.Variance, own),
            },
            AdditionLayer addition => addition with { Shape = addition.Shape with { Channels = channels } },
            ConcatenationLayer concatenation => concatenation with
            {
                Inputs = new EquatableArray<Shape>(concatenation.Inputs.Select((shape, i) => Image(shape, read[i]))),
            },
            FlattenLayer flatten => flatten with { Input = Image(flatten.Input, read[0]) },
            _ => throw new InvalidOperationException($"Channels of a {layer.GetType().Name} cannot be removed."),
        };
    }

    /// <summary>The shape with the channels that stay; those of the network's input, which has no flags, all do.</summary>
    private static Shape Image(Shape shape, bool[] stays) =>
        stays.Length == 0 ? shape : shape with { Channels = stays.Count(flag => flag) };

    private static T WithoutRows<T>(T layer, bool[] stays)
        where T : WeightedLayer => stays.All(flag => flag) ? layer : (T)(layer with
    {
        Weights = MatrixEdit.KeepRows(layer.Weights, stays),
        Biases = Some(layer.Biases, stays),
    });

    private static FloatVector Some(FloatVector values, bool[] stays) =>
        FloatVector.Own([.. Enumerable.Range(0, stays.Length).Where(i => stays[i]).Select(i => values[i])]);

    private static SparseMatrix Columns(SparseMatrix weights, bool[] stays, int columns)
    {
        if (stays.All(flag => flag)) return weights;
        var keep = new bool[weights.Columns];
        for (int i = 0; i < keep.Length; i++) keep[i] = stays[i / columns];
        return MatrixEdit.KeepColumns(weights, keep);
    }
}
