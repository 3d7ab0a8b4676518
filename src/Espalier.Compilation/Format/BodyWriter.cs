using System;
using System.Collections.Generic;
using System.Globalization;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Writes everything below the hash line.</summary>
internal static class BodyWriter
{
    public static void Write(Network network, AsciiSink sink)
    {
        sink.Write($"{ModelText.Network} {network.Name}\n{ModelText.Input} {network.InputShape}\n");
        foreach (Layer layer in network.Layers)
        {
            switch (layer)
            {
                case DenseLayer dense: WriteDense(dense, sink); break;
                default: throw new NotSupportedException($"Layer kind {layer.GetType().Name}.");
            }
        }

        foreach (Sample sample in network.Samples) WriteSample(sample, sink);
    }

    private static void WriteDense(DenseLayer layer, AsciiSink sink)
    {
        SparseMatrix weights = layer.Weights;
        sink.Write(string.Format(CultureInfo.InvariantCulture, "{0} {1} {2} {3} {4} ",
            ModelText.Layer, layer.Name, ModelText.Dense, weights.Columns, weights.Rows));
        WriteActivation(layer.Activation, sink);
        float[] codes = Codes(weights.Codebook);
        if (codes.Length > 0)
        {
            sink.Write(ModelText.Codebook);
            foreach (float value in codes) WriteFloat(' ', value, sink);
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

    private static void WriteActivation(Activation activation, AsciiSink sink)
    {
        sink.Write(ActivationSpelling.Word(activation.Kind));
        if (activation.HasParameter) WriteFloat(ModelText.PairSeparator, activation.Alpha, sink);
        sink.Write('\n');
    }

    private static void WriteSample(Sample sample, AsciiSink sink)
    {
        sink.Write(ModelText.Sample);
        for (int i = 0; i < sample.InputCount; i++)
        {
            if (FloatBits.Of(sample.InputValues[i]) == 0) continue;
            sink.Write(' ');
            sink.WriteNumber(sample.InputIndex(i));
            WriteFloat(ModelText.PairSeparator, sample.InputValues[i], sink);
        }

        sink.Write(' ');
        sink.Write(ModelText.OutputSeparator);
        foreach (float output in sample.Outputs.Raw) WriteFloat(' ', output, sink);
        sink.Write('\n');
    }

    private static void WriteFloat(char before, float value, AsciiSink sink)
    {
        sink.Write(before);
        sink.WriteBits(FloatBits.Of(value));
    }

    /// <summary>The shared weights as the text has them: ascending, each once, no zero.</summary>
    private static float[] Codes(FloatVector? codebook)
    {
        var codes = new SortedSet<float>(codebook?.Raw ?? []);
        codes.Remove(0);
        return [.. codes];
    }
}
