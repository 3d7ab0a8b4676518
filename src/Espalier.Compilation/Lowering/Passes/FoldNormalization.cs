using System;
using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Computes batch normalisation with the layer before it: its multipliers go into that layer's weights and its offsets into the biases.
/// Where that cannot be, it becomes a convolution of one tap a channel, so that there is one kind of layer less.
/// </summary>
/// <remarks>
/// <para>
/// Before: convolutions have one group and no stored weight is zero. After: no batch normalisation is left. It is folded into a convolution
/// or a dense layer of which it alone reads the values, when these are plain sums (the identity function) and every product is finite; the
/// sums differ by rounding then. The convolution that takes its place otherwise computes the same bits, but for a multiplier of zero, which
/// is no weight.
/// </para>
/// <para>
/// Example: a convolution with the filter weights 2 and 3 and the bias 1, normalised by m = 0.5 and o = 4, becomes one with the weights 1
/// and 1.5, the bias 4.5 and the activation function of the normalisation.
/// </para>
/// </remarks>
internal static class FoldNormalization
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "fold batch normalisation";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        LayerGraph graph = LayerGraph.Of(lowered.Network);
        var folded = new List<string>();
        var kept = new List<string>();
        for (int i = 0; i < graph.Count; i++)
        {
            if (graph[i] is not BatchNormalizationLayer layer) continue;
            int source = graph.Sources(i)[0];
            if (source != LayerGraph.Input && graph.Readers(source).Count() == 1 && Folded(graph[source], layer) is WeightedLayer both)
            {
                // The layer keeps the name by which others know its values.
                folded.Add($"{layer.Name} into {graph[source].Name}");
                graph[source] = both;
                graph.Bypass(i--);
            }
            else
            {
                kept.Add(layer.Name);
                graph[i] = AsConvolution(layer);
            }
        }

        if (folded.Count + kept.Count == 0) return lowered;
        lowered = lowered.WithGraph(graph) with { FoldedNormalizations = lowered.FoldedNormalizations + folded.Count };
        if (folded.Count > 0) lowered = lowered.WithNote(Name, string.Join(", ", folded));
        return kept.Count > 0 ? lowered.WithNote(Name, $"as convolutions of one tap: {string.Join(", ", kept)}") : lowered;
    }

    private static WeightedLayer? Folded(Layer source, BatchNormalizationLayer normalization)
    {
        if (source is not WeightedLayer layer || layer.Activation.Kind != ActivationKind.Identity) return null;
        SparseMatrix weights = layer.Weights;
        var values = new float[weights.Count];
        var biases = new float[weights.Rows];
        for (int row = 0; row < weights.Rows; row++)
        {
            double multiplier = normalization.Multiplier(row);
            biases[row] = (float)(layer.Biases[row] * multiplier + normalization.Offset(row));
            if (!FloatBits.IsFinite(biases[row])) return null;
            for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
            {
                values[i] = (float)(weights.Value(i) * multiplier);
                if (!FloatBits.IsFinite(values[i])) return null;
            }
        }

        var scaled = new SparseMatrix(
            weights.Rows, weights.Columns, (int[])weights.RawRowStarts.Clone(), (int[])weights.RawColumnIndices.Clone(), values);
        return layer with
        {
            Weights = MatrixEdit.KeepEntries(scaled, static (_, _, weight) => weight != 0),
            Biases = FloatVector.Own(biases), Activation = normalization.Activation,
        };
    }

    /// <summary>The convolution of one tap a channel that computes the same.</summary>
    internal static ConvolutionLayer AsConvolution(BatchNormalizationLayer layer)
    {
        int channels = layer.Input.Channels;
        int[] diagonal = [.. Enumerable.Range(0, channels)];
        float[] multipliers = Array.ConvertAll(diagonal, layer.Multiplier), offsets = Array.ConvertAll(diagonal, layer.Offset);
        var weights = new SparseMatrix(channels, channels, [.. diagonal, channels], diagonal, multipliers);
        return new ConvolutionLayer(
            layer.Name, layer.Input, new Window(1, 1), 1, MatrixEdit.KeepEntries(weights, static (_, _, weight) => weight != 0),
            FloatVector.Own(offsets), layer.Activation) { Sources = layer.Sources };
    }
}
