using Espalier.Compilation.Model;
using Espalier.Pruning.Layerwise;
using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>
/// For each layer and channel of what it yields, the sum of squares of the weights that write it or that read it. Layers without weights
/// hand on what comes to them: pooling, flattening and dropout as it is, batch normalisation by the square of its slope, an addition the
/// sum. What is not there, before the network's input and after its output, counts 1. Removed weights are zero and add nothing.
/// </summary>
internal static class ChannelSquares
{
    /// <summary>The squares of the weights that write each channel of what each layer yields.</summary>
    public static double[][] OfWriters(TrainableNetwork network)
    {
        var written = new double[network.Layers.Count][];
        for (int i = 0; i < written.Length; i++)
        {
            TrainableLayer layer = network.Layers[i];
            written[i] = new double[layer.OutputShape.Channels];
            if (layer is TrainableWeightedLayer { Weights: Parameter weights })
            {
                for (int j = 0; j < weights.Values.Length; j++) written[i][j / weights.Columns] += Square(weights.Values[j]);
                continue;
            }

            Span<double> target = written[i];
            IReadOnlyList<int> sources = network.SourcesOf(i);
            for (int input = 0; input < sources.Count; input++)
            {
                double[] source = sources[input] < 0 ? Ones(network.InputShape.Channels) : written[sources[input]];
                int channels = ChannelsOf(layer, input), area = AreaOf(network, sources[input], channels);
                for (int c = 0; c < channels; c++) target[c] += source[c / area] * Gain(layer, c);
                if (layer is TrainableConcatenation) target = target[channels..];
            }
        }

        return written;
    }

    /// <summary>
    /// The squares of the weights that write each value of a column of the weights of <paramref name="place"/>, by groups.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="place">A layer with weights.</param>
    /// <param name="written">What <see cref="OfWriters"/> gave.</param>
    public static double[][] OfColumns(TrainableNetwork network, WeightedPlace place, double[][] written)
    {
        int source = network.SourcesOf(place.Index)[0], columns = place.Layer.Weights.Columns;
        double[] squares = source < 0 ? Ones(network.InputShape.Channels) : written[source];
        return
        [
            .. Enumerable.Range(0, LayerInputs.GroupsOf(place.Layer)).Select(group =>
                Enumerable.Range(0, columns).Select(column => squares[ChannelOf(network, place, group, column)]).ToArray()),
        ];
    }

    /// <summary>The squares of the weights that read each channel of what each layer yields.</summary>
    /// <param name="network">The network.</param>
    /// <param name="visit">
    /// Called from the last layer to the first with a layer's place and what it found for it, before the layer's own weights count: it may
    /// remove some.
    /// </param>
    public static double[][] OfReaders(TrainableNetwork network, Action<int, double[]>? visit = null)
    {
        double[][] read = [.. network.Layers.Select(layer => new double[layer.OutputShape.Channels])];
        read[^1] = Ones(read[^1].Length);
        for (int i = read.Length - 1; i >= 0; i--)
        {
            visit?.Invoke(i, read[i]);
            if (network.Layers[i] is TrainableWeightedLayer layer) AddColumns(network, new(i, layer), read);
            else HandOn(network, i, read);
        }

        return read;
    }

    /// <summary>The channel of the value read that a column of the weights belongs to.</summary>
    public static int ChannelOf(TrainableNetwork network, WeightedPlace place, int group, int column) =>
        place.Layer is TrainableConvolution convolution
            ? group * convolution.GroupChannels + column / convolution.Window.Length
            : column / AreaOf(network, network.SourcesOf(place.Index)[0], place.Layer.Weights.Columns);

    private static void AddColumns(TrainableNetwork network, WeightedPlace place, double[][] read)
    {
        int source = network.SourcesOf(place.Index)[0];
        if (source < 0) return;
        Parameter weights = place.Layer.Weights;
        int groupRows = weights.Rows / LayerInputs.GroupsOf(place.Layer);
        for (int j = 0; j < weights.Values.Length; j++)
        {
            if (weights.Values[j] == 0) continue;
            int channel = ChannelOf(network, place, j / weights.Columns / groupRows, j % weights.Columns);
            read[source][channel] += Square(weights.Values[j]);
        }
    }

    private static void HandOn(TrainableNetwork network, int index, double[][] read)
    {
        TrainableLayer layer = network.Layers[index];
        ReadOnlySpan<double> own = read[index];
        IReadOnlyList<int> sources = network.SourcesOf(index);
        for (int input = 0; input < sources.Count; input++)
        {
            int channels = ChannelsOf(layer, input), area = AreaOf(network, sources[input], channels);
            for (int c = 0; c < channels && sources[input] >= 0; c++) read[sources[input]][c / area] += own[c] * Gain(layer, c);
            if (layer is TrainableConcatenation) own = own[channels..];
        }
    }

    // The channels yielded that an input makes: of a concatenation its part of them.
    private static int ChannelsOf(TrainableLayer layer, int input) =>
        (layer is TrainableConcatenation ? layer.InputShapeAt(input) : layer.OutputShape).Channels;

    // An image read as a vector: a channel of the image is as many of the vector as it has positions.
    private static int AreaOf(TrainableNetwork network, int source, int channelsRead)
    {
        Shape shape = source < 0 ? network.InputShape : network.Layers[source].OutputShape;
        return channelsRead / shape.Channels;
    }

    private static double Gain(TrainableLayer layer, int channel)
    {
        if (layer is not TrainableBatchNormalization normalization) return 1;
        return Square(normalization.Scale.Values[channel])
            / ((double)normalization.RunningVariance.Values[channel] + normalization.Epsilon);
    }

    private static double Square(float value) => (double)value * value;

    private static double[] Ones(int count)
    {
        var ones = new double[count];
        ones.AsSpan().Fill(1);
        return ones;
    }
}
