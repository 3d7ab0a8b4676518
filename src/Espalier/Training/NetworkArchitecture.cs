using Espalier.Compilation.Model;

namespace Espalier.Training;

/// <summary>What a network is apart from its numbers, in binary files.</summary>
internal static class NetworkArchitecture
{
    /// <summary>The kind of a layer in a file: the numbers stay what they are.</summary>
    private enum Kind
    {
        Dense = 0,
        Convolution = 1,
        Pooling = 2,
        BatchNormalization = 3,
        Addition = 4,
        Concatenation = 5,
        Flatten = 6,
        Dropout = 7,
    }

    /// <summary>Writes names, kinds, shapes, connections and activations of <paramref name="network"/>.</summary>
    /// <exception cref="EspalierException">A layer is not of the kinds that a file holds.</exception>
    public static void Write(BinaryWriter writer, TrainableNetwork network)
    {
        writer.Write(network.Name);
        WriteShape(writer, network.InputShape);
        writer.Write(network.Layers.Count);
        foreach (TrainableLayer layer in network.Layers)
        {
            Kind kind = KindOf(layer);
            writer.Write((int)kind);
            writer.Write(layer.Name);
            writer.Write(layer.Sources.Length);
            foreach (string source in layer.Sources) writer.Write(source);
            writer.Write((int)layer.Activation.Kind);
            writer.Write(layer.Activation.Alpha);
            WriteShape(writer, layer.InputShape);
            WriteOwn(writer, layer);
        }
    }

    /// <summary>Makes a network of starting numbers.</summary>
    public static TrainableNetwork Read(BinaryReader reader)
    {
        string name = reader.ReadString();
        Shape inputShape = ReadShape(reader);
        var layers = new TrainableLayer[reader.ReadInt32()];
        for (int i = 0; i < layers.Length; i++) layers[i] = ReadLayer(reader);
        return new TrainableNetwork(name, inputShape, layers);
    }

    private static Kind KindOf(TrainableLayer layer) => layer switch
    {
        TrainableDense => Kind.Dense,
        TrainableConvolution => Kind.Convolution,
        TrainablePooling => Kind.Pooling,
        TrainableBatchNormalization => Kind.BatchNormalization,
        TrainableAddition => Kind.Addition,
        TrainableConcatenation => Kind.Concatenation,
        TrainableFlatten => Kind.Flatten,
        TrainableDropout => Kind.Dropout,
        _ => throw new EspalierException(
            $"No checkpoint or session can hold layer '{layer.Name}', a {layer.GetType().Name}; train without one."),
    };

    private static void WriteOwn(BinaryWriter writer, TrainableLayer layer)
    {
        switch (layer)
        {
            case TrainableDense dense:
                writer.Write(dense.Weights.Rows);
                break;
            case TrainableConvolution convolution:
                writer.Write(convolution.Weights.Rows);
                writer.Write(convolution.Groups);
                WriteWindow(writer, convolution.Window);
                break;
            case TrainablePooling { Model: PoolingLayer pooling }:
                writer.Write((int)pooling.Kind);
                writer.Write(pooling.Ceiling);
                writer.Write(pooling.CountPadding);
                WriteWindow(writer, pooling.Window);
                break;
            case TrainableBatchNormalization normalization:
                writer.Write(normalization.Momentum);
                writer.Write(normalization.Epsilon);
                break;
            case TrainableAddition addition:
                writer.Write(addition.InputCount);
                break;
            case TrainableConcatenation concatenation:
                writer.Write(concatenation.InputCount);
                for (int i = 0; i < concatenation.InputCount; i++) WriteShape(writer, concatenation.InputShapeAt(i));
                break;
            case TrainableDropout dropout:
                writer.Write(dropout.Rate);
                break;
        }
    }

    private static TrainableLayer ReadLayer(BinaryReader reader)
    {
        var kind = (Kind)reader.ReadInt32();
        string name = reader.ReadString();
        var names = new string[reader.ReadInt32()];
        for (int i = 0; i < names.Length; i++) names[i] = reader.ReadString();
        var activation = new Activation((ActivationKind)reader.ReadInt32(), reader.ReadSingle());
        Shape input = ReadShape(reader);
        EquatableArray<string> sources = new(names);
        switch (kind)
        {
            case Kind.Dense:
                return new TrainableDense(name, input.Length, reader.ReadInt32(), activation) { Sources = sources };
            case Kind.Convolution:
                (int filters, int groups) = (reader.ReadInt32(), reader.ReadInt32());
                return new TrainableConvolution(name, input, filters, ReadWindow(reader), activation, groups) { Sources = sources };
            case Kind.Pooling:
                var pooling = (PoolingKind)reader.ReadInt32();
                (bool ceiling, bool countPadding) = (reader.ReadBoolean(), reader.ReadBoolean());
                Window window = ReadWindow(reader);
                return new TrainablePooling(new(name, input, pooling, window, ceiling, countPadding, activation)) { Sources = sources };
            case Kind.BatchNormalization:
                (double momentum, float epsilon) = (reader.ReadDouble(), reader.ReadSingle());
                return new TrainableBatchNormalization(name, input, activation, momentum, epsilon) { Sources = sources };
            case Kind.Addition:
                return new TrainableAddition(new(name, input, reader.ReadInt32(), activation)) { Sources = sources };
            case Kind.Concatenation:
                var shapes = new Shape[reader.ReadInt32()];
                for (int i = 0; i < shapes.Length; i++) shapes[i] = ReadShape(reader);
                return new TrainableConcatenation(new(name, new(shapes), activation)) { Sources = sources };
            case Kind.Flatten:
                return new TrainableFlatten(new(name, input)) { Sources = sources };
            case Kind.Dropout:
                return new TrainableDropout(name, input, reader.ReadDouble()) { Sources = sources };
            default:
                throw new EspalierException($"Layer '{name}' is of kind {(int)kind}, which this version does not know.");
        }
    }

    private static void WriteShape(BinaryWriter writer, Shape shape)
    {
        writer.Write(shape.Channels);
        writer.Write(shape.Height);
        writer.Write(shape.Width);
    }

    private static Shape ReadShape(BinaryReader reader) => new(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());

    private static void WriteWindow(BinaryWriter writer, Window window)
    {
        foreach (int length in new[]
        {
            window.Height, window.Width, window.StrideY, window.StrideX, window.DilationY, window.DilationX, window.Top, window.Left,
            window.Bottom, window.Right,
        })
        {
            writer.Write(length);
        }
    }

    private static Window ReadWindow(BinaryReader reader) => new(reader.ReadInt32(), reader.ReadInt32())
    {
        StrideY = reader.ReadInt32(),
        StrideX = reader.ReadInt32(),
        DilationY = reader.ReadInt32(),
        DilationX = reader.ReadInt32(),
        Top = reader.ReadInt32(),
        Left = reader.ReadInt32(),
        Bottom = reader.ReadInt32(),
        Right = reader.ReadInt32(),
    };
}
