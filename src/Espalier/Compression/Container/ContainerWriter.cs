using System.Buffers.Binary;
using Espalier.Compilation.Model;
using Espalier.Compression.Coding;
using Espalier.Reporting;

namespace Espalier.Compression.Container;

/// <summary>Writes networks as compressed models.</summary>
internal static class ContainerWriter
{
    /// <summary>Writes a network that is within the limits.</summary>
    public static CompressedModel Write(Network network, CompressionOptions options)
    {
        var writer = new BitWriter();
        NameCoder.Write(writer, network.Name);
        Shape input = network.InputShape;
        foreach (int size in (int[])[input.Channels, input.Height, input.Width, network.Layers.Length]) writer.WriteNumber(size);

        var layers = new List<LayerSize>();
        for (int i = 0; i < network.Layers.Length; i++)
        {
            long start = writer.Length;
            LayerHeadCoder.Write(writer, network, i);
            if (network.Layers[i] is WeightedLayer layer) layers.Add(WriteNumbers(writer, layer, writer.Length - start, options));
        }

        byte[] body = writer.ToBytes(), file = new byte[ContainerFormat.HeadLength + body.Length];
        ContainerFormat.Signature.CopyTo(file);
        file[ContainerFormat.VersionAt] = ContainerFormat.Version;
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(ContainerFormat.LengthAt), file.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(ContainerFormat.ChecksumAt), Crc32.Add(0, body));
        body.CopyTo(file, ContainerFormat.HeadLength);
        return new CompressedModel(file, 8L * file.Length - layers.Sum(layer => layer.Bits), layers);
    }

    private static LayerSize WriteNumbers(BitWriter writer, WeightedLayer layer, long head, CompressionOptions options)
    {
        long biases = FloatStream.Write(writer, layer.Biases.Raw).Total;
        LayerSize size = MatrixCoder.Write(writer, layer.Weights, options);
        return size with { Name = layer.Name, BiasBits = biases, HeaderBits = size.HeaderBits + head };
    }
}
