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
        string name = ReadName(reader, "the network's name");
        int channels = ReadSize(reader, "the channels of the input", ModelLimits.MaxValues);
        int height = ReadSize(reader, "the height of the input", ModelLimits.MaxValues / channels);
        int width = ReadSize(reader, "the width of the input", ModelLimits.MaxValues / channels / height);
        var input = new Shape(channels, height, width);
        int count = ReadSize(reader, "the number of layers", ModelLimits.MaxLayers), weights = 0;
        var layers = new List<Layer>();
        Shape shape = input;
        for (int i = 0; i < count; i++)
        {
            DenseLayer layer = ReadLayer(reader, shape.Length, ModelLimits.MaxWeights - weights);
            weights += layer.Weights.Count;
            shape = layer.OutputShape;
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

    private static DenseLayer ReadLayer(BitReader reader, int inputs, int maxWeights)
    {
        string name = ReadName(reader, "the name of a layer");
        int outputs = reader.ReadCount($"the number of outputs of layer '{name}'", 1, ModelLimits.MaxValues);
        var kind = (ActivationKind)(int)reader.Read(ContainerFormat.KindBits);
        if (!Enum.IsDefined(kind)) throw reader.Fault($"layer '{name}' has an activation that this version does not know ({(int)kind}).");
        var activation = new Activation(kind);
        if (activation.HasParameter) activation = new Activation(kind, FloatBits.ToFloat((uint)reader.Read(32)));
        float[] biases = FloatStream.Read(reader, outputs).Values;
        SparseMatrix weights = MatrixCoder.Read(reader, outputs, inputs, maxWeights);
        return new DenseLayer(name, weights, FloatVector.Own(biases), activation);
    }

    private static int ReadSize(BitReader reader, string what, int most) => (int)reader.ReadNumber(what, 1, most);

    private static string ReadName(BitReader reader, string what)
    {
        var letters = new char[reader.ReadNumber("the length of a name", 1, Identifier.MaxLength)];
        for (int i = 0; i < letters.Length; i++) letters[i] = (char)reader.Read(ContainerFormat.CharacterBits);
        string name = new(letters);
        if (!Identifier.IsValid(name)) throw reader.Fault($"{what} is not an identifier of ASCII letters, digits and underscores.");
        return name;
    }
}
