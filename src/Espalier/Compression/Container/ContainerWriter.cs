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
        WriteName(writer, network.Name);
        Shape input = network.InputShape;
        foreach (int size in (int[])[input.Channels, input.Height, input.Width, network.Layers.Length]) writer.WriteNumber(size);

        var layers = new List<LayerSize>();
        foreach (Layer layer in network.Layers)
        {
            layers.Add(layer switch
            {
                DenseLayer dense => Write(writer, dense, options),
                _ => throw new EspalierException($"Layer '{layer.Name}' is a {layer.GetType().Name}, which cannot be compressed."),
            });
        }

        byte[] body = writer.ToBytes(), file = new byte[ContainerFormat.HeadLength + body.Length];
        ContainerFormat.Signature.CopyTo(file);
        file[ContainerFormat.VersionAt] = ContainerFormat.Version;
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(ContainerFormat.LengthAt), file.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(ContainerFormat.ChecksumAt), Crc32.Add(0, body));
        body.CopyTo(file, ContainerFormat.HeadLength);
        return new CompressedModel(file, 8L * file.Length - layers.Sum(layer => layer.Bits), layers);
    }

    private static LayerSize Write(BitWriter writer, DenseLayer layer, CompressionOptions options)
    {
        long start = writer.Length;
        WriteName(writer, layer.Name);
        writer.WriteNumber(layer.Weights.Rows);
        writer.Write((ulong)layer.Activation.Kind, ContainerFormat.KindBits);
        if (layer.Activation.HasParameter) writer.Write(FloatBits.Of(layer.Activation.Alpha), 32);
        long head = writer.Length - start;
        long biases = FloatStream.Write(writer, layer.Biases.Raw).Total;
        LayerSize size = MatrixCoder.Write(writer, layer.Weights, options);
        return size with { Name = layer.Name, BiasBits = biases, HeaderBits = size.HeaderBits + head };
    }

    private static void WriteName(BitWriter writer, string name)
    {
        writer.WriteNumber(name.Length);
        foreach (char letter in name) writer.Write(letter, ContainerFormat.CharacterBits);
    }
}
