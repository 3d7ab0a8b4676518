using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Writes everything below the hash line.</summary>
internal static class BodyWriter
{
    public static void Write(Network network, AsciiSink sink)
    {
        sink.Write($"{ModelText.Network} {network.Name}\n{ModelText.Input} {network.InputShape}\n");
        for (int i = 0; i < network.Layers.Length; i++) LayerWriter.Write(network, i, sink);
        foreach (Sample sample in network.Samples) WriteSample(sample, sink);
    }

    private static void WriteSample(Sample sample, AsciiSink sink)
    {
        sink.Write(ModelText.Sample);
        for (int i = 0; i < sample.InputCount; i++)
        {
            if (FloatBits.Of(sample.InputValues[i]) == 0) continue;
            sink.Write(' ');
            sink.WriteNumber(sample.InputIndex(i));
            sink.WriteFloat(ModelText.PairSeparator, sample.InputValues[i]);
        }

        sink.Write(' ');
        sink.Write(ModelText.OutputSeparator);
        foreach (float output in sample.Outputs.Raw) sink.WriteFloat(' ', output);
        sink.Write('\n');
    }
}
