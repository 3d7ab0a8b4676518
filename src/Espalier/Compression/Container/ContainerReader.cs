using System.Buffers.Binary;
using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Compression.Coding;
using Espalier.Reporting;

namespace Espalier.Compression.Container;

/// <summary>
/// Reads compressed models, which may come from a stranger: sizes are checked before anything is allocated, and whatever is allocated takes
/// at least a bit of the file for each element.
/// </summary>
internal static class ContainerReader
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="EspalierException">It is not a sound compressed model.</exception>
    public static Network Read(byte[] file, string source)
    {
        CheckHead(file, source);
        var reader = new BitReader(source, file, ContainerFormat.HeadLength);
        string name = NameCoder.Read(reader, "the network's name");
        int channels = ReadSize(reader, "the channels of the input", ModelLimits.MaxValues);
        int height = ReadSize(reader, "the height of the input", ModelLimits.MaxValues / channels);
        int width = ReadSize(reader, "the width of the input", ModelLimits.MaxValues / channels / height);
        var input = new Shape(channels, height, width);
        int count = ReadSize(reader, "the number of layers", ModelLimits.MaxLayers), weights = 0;
        var layers = new List<Layer>();
        for (int i = 0; i < count; i++)
        {
            Layer layer = ReadLayer(reader, input, layers, ModelLimits.MaxWeights - weights);
            if (layer.FindFault() is string layerFault) throw reader.Fault(layerFault);
            weights += layer is WeightedLayer weighted ? weighted.Weights.Count : 0;
            layers.Add(layer);
        }

        if (reader.Remaining >= 8 || reader.Read((int)reader.Remaining) != 0) throw reader.Fault("something follows the last layer.");
        var network = new Network(name, input, new EquatableArray<Layer>(layers), default);
        return ModelLimits.FindFault(network) is string fault ? throw reader.Fault(fault) : network;
    }

    private static void CheckHead(byte[] file, string source)
    {
        if (file.Length < ContainerFormat.HeadLength || !file.AsSpan().StartsWith(ContainerFormat.Signature))
        {
            throw new EspalierException($"{source}: is no compressed model; 'espalier compress' makes them of .espalier files.");
        }

        int version = file[ContainerFormat.VersionAt];
        if (version != ContainerFormat.Version)
        {
            throw new EspalierException(
                $"{source}: has version {version} of the format, but this Espalier reads version {ContainerFormat.Version}; "
                + "take the one that wrote it.");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(ContainerFormat.LengthAt));
        if (length != file.Length)
        {
            throw new EspalierException(
                $"{source}: has {file.Length} bytes, but says that it has {length}; it was cut off or changed, so take a whole copy.");
        }

        uint stated = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(ContainerFormat.ChecksumAt));
        uint actual = Crc32.Add(0, file.AsSpan(ContainerFormat.HeadLength));
        if (stated != actual)
        {
            throw new EspalierException(
                $"{source}: has the checksum {actual:x8}, but says {stated:x8}; it was damaged, so take a sound copy.");
        }
    }

    private static Layer ReadLayer(BitReader reader, Shape input, List<Layer> before, int maxWeights)
    {
        LayerHeadResult head = LayerHeadCoder.Read(reader, input, before);
        if (head.Layer is Layer layer) return layer;
        float[] biases = FloatStream.Read(reader, head.Outputs).Values;
        SparseMatrix weights = MatrixCoder.Read(reader, head.Outputs, head.Columns, maxWeights);
        return head.Make!(weights, FloatVector.Own(biases));
    }

    private static int ReadSize(BitReader reader, string what, int most) => (int)reader.ReadNumber(what, 1, most);
}
