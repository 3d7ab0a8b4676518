using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Compression.Coding;

namespace Espalier.Compression.Container;

/// <summary>
/// What a compressed model says of a layer before its numbers: name, outputs and activation; and, where a bit says that it is no fully
/// connected layer that reads the one before it, kind, sources and geometry.
/// </summary>
internal static class LayerHeadCoder
{
    /// <summary>Set in the field of the activation's kind when more follows.</summary>
    private const int Extended = 1 << (ContainerFormat.KindBits - 1);

    private const int LayerKindBits = 3;

    // The field has room for eight activations. A flattening has none, so one with ReLU says that the number of a further activation and
    // then the layer's own kind follow.
    private const int Further = Extended | (int)ActivationKind.Relu;

    private enum LayerKind
    {
        Dense,
        Convolution,
        MaxPooling,
        AveragePooling,
        BatchNormalization,
        Addition,
        Concatenation,
        Flatten,
    }

    /// <summary>Writes the head of the layer at <paramref name="index"/>.</summary>
    public static void Write(BitWriter writer, Network network, int index)
    {
        Layer layer = network.Layers[index];
        int[] sources = network.SourcesOf(index);
        bool isFurther = (int)layer.Activation.Kind >= Extended, isPlain = !isFurther && layer is DenseLayer && sources[0] == index - 1;
        NameCoder.Write(writer, layer.Name);
        writer.WriteNumber(layer is WeightedLayer weighted ? weighted.Weights.Rows : 1);
        writer.Write((ulong)(isFurther ? Further : (int)layer.Activation.Kind | (isPlain ? 0 : Extended)), ContainerFormat.KindBits);
        if (isFurther)
        {
            writer.Write((ulong)LayerKind.Flatten, LayerKindBits);
            writer.Write((ulong)layer.Activation.Kind, ContainerFormat.KindBits);
        }

        if (layer.Activation.HasParameter) writer.Write(FloatBits.Of(layer.Activation.Alpha), 32);
        if (isPlain) return;
        writer.Write((ulong)KindOf(layer), LayerKindBits);
        writer.WriteNumber(sources.Length);
        foreach (int source in sources) writer.WriteNumber(index - 1 - source);
        switch (layer)
        {
            case ConvolutionLayer convolution:
                WriteWindow(writer, convolution.Window);
                writer.WriteNumber(convolution.Groups);
                break;
            case PoolingLayer pooling:
                WriteWindow(writer, pooling.Window);
                writer.Write((pooling.Ceiling ? 2u : 0) | (pooling.CountPadding ? 1u : 0), 2);
                break;
            case BatchNormalizationLayer normalization:
                writer.Write(FloatBits.Of(normalization.Epsilon), 32);
                foreach (FloatVector values in Numbers(normalization)) FloatStream.Write(writer, values.Raw);
                break;
        }
    }

    /// <summary>
    /// Reads a head. Gives the layer when its head is all of it; for layers of weights, the number of outputs and of weights each may have,
    /// and how to make the layer of them.
    /// </summary>
    /// <exception cref="EspalierException">It is not sound.</exception>
    public static LayerHeadResult Read(BitReader reader, Shape input, IReadOnlyList<Layer> before)
    {
        string name = NameCoder.Read(reader, "the name of a layer");
        int outputs = reader.ReadCount($"the number of outputs of layer '{name}'", 1, ModelLimits.MaxValues);
        int field = (int)reader.Read(ContainerFormat.KindBits);
        var kind = (ActivationKind)(field & ~Extended);
        LayerKind layerKind = field == Further ? (LayerKind)(int)reader.Read(LayerKindBits) : LayerKind.Dense;
        bool isFurther = field == Further && layerKind == LayerKind.Flatten;
        if (isFurther) kind = (ActivationKind)(int)reader.Read(ContainerFormat.KindBits);
        if (!Enum.IsDefined(kind)) throw reader.Fault($"layer '{name}' has an activation that this version does not know ({(int)kind}).");
        var activation = new Activation(kind);
        if (activation.HasParameter) activation = new Activation(kind, FloatBits.ToFloat((uint)reader.Read(32)));
        if ((field & Extended) != 0 && (field != Further || isFurther)) layerKind = (LayerKind)(int)reader.Read(LayerKindBits);
        int[] sources = (field & Extended) == 0 ? [before.Count - 1] : ReadSources(reader, before.Count);
        Shape[] shapes = Array.ConvertAll(sources, source => source < 0 ? input : before[source].OutputShape);
        EquatableArray<string> names = sources is [var only] && only == before.Count - 1
            ? default
            : new(sources.Select(source => source < 0 ? Layer.InputName : before[source].Name));
        Shape shape = shapes[0];
        switch (layerKind)
        {
            case LayerKind.Dense:
                return new LayerHeadResult(
                    outputs, shape.Length, (weights, biases) => new DenseLayer(name, weights, biases, activation) { Sources = names });
            case LayerKind.Convolution:
                Window window = ReadWindow(reader);
                int groups = (int)reader.ReadNumber("the number of groups", 1, shape.Channels);
                long columns = (long)shape.Channels / groups * window.Height * window.Width;
                if (columns > ModelLimits.MaxValues) throw reader.Fault($"a filter of layer '{name}' spans {columns} weights.");
                return new LayerHeadResult(
                    outputs, (int)columns,
                    (weights, biases) =>
                        new ConvolutionLayer(name, shape, window, groups, weights, biases, activation) { Sources = names });
            default:
                return new LayerHeadResult(ReadUnweighted(reader, layerKind, name, shapes, activation) with { Sources = names });
        }
    }

    private static Layer ReadUnweighted(BitReader reader, LayerKind kind, string name, Shape[] shapes, Activation activation)
    {
        Shape shape = shapes[0];
        switch (kind)
        {
            case LayerKind.MaxPooling or LayerKind.AveragePooling:
                Window window = ReadWindow(reader);
                bool ceiling = reader.ReadBit(), countPadding = reader.ReadBit();
                PoolingKind pooling = kind == LayerKind.MaxPooling ? PoolingKind.Max : PoolingKind.Average;
                return new PoolingLayer(name, shape, pooling, window, ceiling, countPadding, activation);
            case LayerKind.BatchNormalization:
                float epsilon = FloatBits.ToFloat((uint)reader.Read(32));
                FloatVector ReadNumbers() => FloatVector.Own(FloatStream.Read(reader, shape.Channels).Values);
                return new BatchNormalizationLayer(
                    name, shape, ReadNumbers(), ReadNumbers(), ReadNumbers(), ReadNumbers(), epsilon, activation);
            case LayerKind.Addition:
                return new AdditionLayer(name, shape, shapes.Length, activation);
            case LayerKind.Concatenation:
                return new ConcatenationLayer(name, new(shapes), activation);
            default:
                return new FlattenLayer(name, shape);
        }
    }

    private static LayerKind KindOf(Layer layer) => layer switch
    {
        DenseLayer => LayerKind.Dense,
        ConvolutionLayer => LayerKind.Convolution,
        PoolingLayer pooling => pooling.Kind == PoolingKind.Max ? LayerKind.MaxPooling : LayerKind.AveragePooling,
        BatchNormalizationLayer => LayerKind.BatchNormalization,
        AdditionLayer => LayerKind.Addition,
        ConcatenationLayer => LayerKind.Concatenation,
        FlattenLayer => LayerKind.Flatten,
        _ => throw new EspalierException($"Layer '{layer.Name}' is a {layer.GetType().Name}, which cannot be compressed."),
    };

    private static FloatVector[] Numbers(BatchNormalizationLayer layer) => [layer.Scale, layer.Shift, layer.Mean, layer.Variance];

    private static int[] ReadSources(BitReader reader, int before)
    {
        var sources = new int[reader.ReadCount("the number of a layer's inputs", 1, ModelLimits.MaxLayers)];
        for (int i = 0; i < sources.Length; i++) sources[i] = before - 1 - (int)reader.ReadNumber("an input of a layer", 0, before);
        return sources;
    }

    private static void WriteWindow(BitWriter writer, Window w)
    {
        foreach (int size in (int[])[w.Height, w.Width, w.StrideY, w.StrideX, w.DilationY, w.DilationX, w.Top, w.Left, w.Bottom, w.Right])
        {
            writer.WriteNumber(size);
        }
    }

    private static Window ReadWindow(BitReader reader)
    {
        return new Window(Size("height", 1), Size("width", 1))
        {
            StrideY = Size("stride", 1), StrideX = Size("stride", 1), DilationY = Size("dilation", 1), DilationX = Size("dilation", 1),
            Top = Size("padding", 0), Left = Size("padding", 0), Bottom = Size("padding", 0), Right = Size("padding", 0),
        };

        int Size(string what, int least) => (int)reader.ReadNumber($"the {what} of a window", least, ModelLimits.MaxImageSide);
    }
}
