using System;
using System.Collections.Generic;
using System.Globalization;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Writes a layer: its line, and what its kind has below.</summary>
internal static class LayerWriter
{
    /// <summary>Writes the layer at <paramref name="index"/>.</summary>
    public static void Write(Network network, int index, AsciiSink sink)
    {
        Layer layer = network.Layers[index];
        sink.Write($"{ModelText.Layer} {layer.Name} {KindWord(layer)}");
        WriteSources(network, index, sink);
        switch (layer)
        {
            case DenseLayer dense:
                sink.Write(Invariant($" {dense.Weights.Columns} {dense.Weights.Rows}"));
                break;
            case ConvolutionLayer convolution:
                sink.Write(Invariant($" {convolution.Input} {convolution.Weights.Rows}"));
                WriteWindow(convolution.Window, sink);
                if (convolution.Groups != 1) sink.Write(Invariant($" {ModelText.Groups} {convolution.Groups}"));
                break;
            case PoolingLayer pooling:
                sink.Write($" {pooling.Input}");
                WriteWindow(pooling.Window, sink);
                if (pooling.Ceiling) sink.Write(" " + ModelText.Ceiling);
                if (pooling.CountPadding) sink.Write(" " + ModelText.CountPadding);
                break;
            case BatchNormalizationLayer normalization:
                sink.Write($" {normalization.Input}");
                sink.WriteFloat(' ', normalization.Epsilon);
                break;
            case AdditionLayer or FlattenLayer:
                sink.Write($" {layer.InputShape}");
                break;
        }

        if (layer is not FlattenLayer) WriteActivation(layer.Activation, sink);
        sink.Write('\n');
        if (layer is WeightedLayer weighted) WriteRows(weighted, sink);
        if (layer is BatchNormalizationLayer channels) WriteChannels(channels, sink);
    }

    private static string KindWord(Layer layer) => layer switch
    {
        DenseLayer => ModelText.Dense,
        ConvolutionLayer => ModelText.Convolution,
        PoolingLayer pooling => pooling.Kind == PoolingKind.Max ? ModelText.MaxPooling : ModelText.AveragePooling,
        BatchNormalizationLayer => ModelText.BatchNormalization,
        AdditionLayer => ModelText.Addition,
        ConcatenationLayer => ModelText.Concatenation,
        FlattenLayer => ModelText.Flatten,
        _ => throw new NotSupportedException($"Layer kind {layer.GetType().Name}."),
    };

    private static void WriteSources(Network network, int index, AsciiSink sink)
    {
        int[] sources = network.SourcesOf(index);
        if (sources.Length == 1 && sources[0] == index - 1) return;
        char before = ' ';
        sink.Write(before + ModelText.From);
        foreach (int source in sources)
        {
            sink.Write(before);
            sink.Write(source < 0 ? Layer.InputName : network.Layers[source].Name);
            before = ModelText.ListSeparator;
        }
    }

    private static void WriteWindow(Window w, AsciiSink sink)
    {
        sink.Write(Invariant($" {w.Height}{ModelText.ShapeSeparator}{w.Width}"));
        if ((w.StrideY, w.StrideX) != (1, 1))
        {
            sink.Write(Invariant($" {ModelText.Stride} {w.StrideY}{ModelText.ShapeSeparator}{w.StrideX}"));
        }

        if ((w.DilationY, w.DilationX) != (1, 1))
        {
            sink.Write(Invariant($" {ModelText.Dilation} {w.DilationY}{ModelText.ShapeSeparator}{w.DilationX}"));
        }

        if (w.HasPadding) sink.Write(Invariant($" {ModelText.Padding} {w.Top} {w.Left} {w.Bottom} {w.Right}"));
    }

    private static void WriteActivation(Activation activation, AsciiSink sink)
    {
        sink.Write(" " + ActivationSpelling.Word(activation.Kind));
        if (activation.HasParameter) sink.WriteFloat(ModelText.PairSeparator, activation.Alpha);
    }

    private static void WriteRows(WeightedLayer layer, AsciiSink sink)
    {
        SparseMatrix weights = layer.Weights;
        float[] codes = Codes(weights.Codebook);
        if (codes.Length > 0)
        {
            sink.Write(ModelText.Codebook);
            foreach (float value in codes) sink.WriteFloat(' ', value);
            sink.Write('\n');
        }

        for (int row = 0; row < weights.Rows; row++)
        {
            sink.WriteBits(FloatBits.Of(layer.Biases[row]));
            for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
            {
                float value = weights.Value(i);
                if (value == 0) continue;
                sink.Write(' ');
                sink.WriteNumber(weights.ColumnIndex(i));
                sink.Write(ModelText.PairSeparator);
                if (codes.Length > 0) sink.WriteNumber(Array.BinarySearch(codes, value));
                else sink.WriteBits(FloatBits.Of(value));
            }

            sink.Write('\n');
        }
    }

    private static void WriteChannels(BatchNormalizationLayer layer, AsciiSink sink)
    {
        for (int c = 0; c < layer.Input.Channels; c++)
        {
            sink.WriteBits(FloatBits.Of(layer.Scale[c]));
            sink.WriteFloat(' ', layer.Shift[c]);
            sink.WriteFloat(' ', layer.Mean[c]);
            sink.WriteFloat(' ', layer.Variance[c]);
            sink.Write('\n');
        }
    }

    /// <summary>The shared weights as the text has them: ascending, each once, no zero.</summary>
    private static float[] Codes(FloatVector? codebook)
    {
        var codes = new SortedSet<float>(codebook?.Raw ?? []);
        codes.Remove(0);
        return [.. codes];
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
