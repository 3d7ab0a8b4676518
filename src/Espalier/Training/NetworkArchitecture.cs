using Espalier.Compilation.Model;

namespace Espalier.Training;

/// <summary>What a network is apart from its numbers, in binary files.</summary>
internal static class NetworkArchitecture
{
    /// <summary>Writes names, shapes and activations of <paramref name="network"/>.</summary>
    public static void Write(BinaryWriter writer, TrainableNetwork network)
    {
        writer.Write(network.Name);
        WriteShape(writer, network.InputShape);
        writer.Write(network.Layers.Count);
        foreach (TrainableLayer layer in network.Layers)
        {
            writer.Write(layer.Name);
            WriteShape(writer, layer.InputShape);
            WriteShape(writer, layer.OutputShape);
            writer.Write((int)layer.Activation.Kind);
            writer.Write(layer.Activation.Alpha);
        }
    }

    /// <summary>Makes a network of zeros.</summary>
    public static TrainableNetwork Read(BinaryReader reader)
    {
        string name = reader.ReadString();
        Shape inputShape = ReadShape(reader);
        var layers = new TrainableLayer[reader.ReadInt32()];
        for (int i = 0; i < layers.Length; i++)
        {
            string layerName = reader.ReadString();
            int inputs = ReadShape(reader).Length, outputs = ReadShape(reader).Length;
            var activation = new Activation((ActivationKind)reader.ReadInt32(), reader.ReadSingle());
            layers[i] = new TrainableDense(layerName, inputs, outputs, activation);
        }

        return new TrainableNetwork(name, inputShape, layers);
    }

    private static void WriteShape(BinaryWriter writer, Shape shape)
    {
        writer.Write(shape.Channels);
        writer.Write(shape.Height);
        writer.Write(shape.Width);
    }

    private static Shape ReadShape(BinaryReader reader) => new(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
}
