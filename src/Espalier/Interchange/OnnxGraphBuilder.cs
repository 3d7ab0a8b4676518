using System.Globalization;
using Espalier.Compilation.Model;
using Espalier.Interchange.Onnx;

namespace Espalier.Interchange;

/// <summary>
/// Adds the nodes of a network's layers to an ONNX graph. A plain vector has there the two dimensions N x values, an image four; where a
/// layer reads one as the other, a <c>Flatten</c> or <c>Reshape</c> stands between.
/// </summary>
internal sealed class OnnxGraphBuilder(Network network, GraphProto graph)
{
    private string _outputName = "";

    /// <summary>A value of the graph.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Shape">The shape of a sample.</param>
    /// <param name="IsImage">Whether it has four dimensions.</param>
    private readonly record struct Value(string Name, Shape Shape, bool IsImage);

    /// <summary>Adds all layers between the values <paramref name="input"/> and <paramref name="output"/>.</summary>
    public void Run(string input, string output)
    {
        _outputName = output;
        var start = new Value(input, network.InputShape, OnnxExport.InputDimensions(network).Count == 3);
        var values = new Value[network.Layers.Length];
        for (int i = 0; i < values.Length; i++)
        {
            Value[] inputs = Array.ConvertAll(network.SourcesOf(i), source => source < 0 ? start : values[source]);
            values[i] = Add(network.Layers[i], inputs, isLast: i == values.Length - 1);
        }
    }

    private Value Add(Layer layer, Value[] inputs, bool isLast)
    {
        bool isImage = layer is not (DenseLayer or FlattenLayer)
            && (layer is not (AdditionLayer or BatchNormalizationLayer) || inputs.Any(i => i.IsImage));
        string[] names =
            [.. inputs.Select((input, i) => isImage ? AsImage(input, $"{layer.Name}.image{i}") : AsRows(input, $"{layer.Name}.rows{i}"))];
        List<NodeProto> nodes = [.. Nodes(layer, names)];
        nodes.AddRange(ActivationNodes(layer.Activation, NodeName(layer.Name, nodes.Count - 1) + ".value", isImage));
        if (isLast && isImage) nodes.Add(FlattenNode());
        string value = nodes.Count == 0 ? names[0] : Chain(nodes, layer.Name, names[0], isLast ? _outputName : layer.Name + ".output");
        if (nodes.Count == 0 && isLast) value = Chain([new NodeProto { OpType = "Identity" }], layer.Name, value, _outputName);
        return new Value(value, layer.OutputShape, isImage);
    }

    /// <summary>Adds nodes each of which reads the one before; what a node reads besides is in its inputs already.</summary>
    private string Chain(List<NodeProto> nodes, string name, string value, string output)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            NodeProto node = nodes[i];
            node.Name = NodeName(name, i);
            if (node.Input.Count == 0 || i > 0) node.Input.Insert(0, value);
            value = i == nodes.Count - 1 ? output : node.Name + ".value";
            node.Output.Add(value);
            graph.Node.Add(node);
        }

        return value;
    }

    private static string NodeName(string layer, int index) => index == 0 ? layer : $"{layer}.{index}";

    /// <summary>The nodes of a layer without its activation. The first one has all its inputs, the others all but their first.</summary>
    private IEnumerable<NodeProto> Nodes(Layer layer, string[] inputs)
    {
        switch (layer)
        {
            case DenseLayer dense:
                string[] matrix = AddWeights(dense, dense.Weights.Rows, dense.Weights.Columns);
                return [new NodeProto { OpType = "Gemm", Input = { inputs, matrix }, Attribute = { OnnxTensors.Attribute("transB", 1) } }];
            case ConvolutionLayer convolution:
                string[] filters = AddWeights(
                    convolution, convolution.Weights.Rows, convolution.GroupChannels, convolution.Window.Height, convolution.Window.Width);
                var node = new NodeProto
                {
                    OpType = "Conv", Input = { inputs, filters }, Attribute = { WindowAttributes(convolution.Window, true) },
                };
                if (convolution.Groups > 1) node.Attribute.Add(OnnxTensors.Attribute("group", convolution.Groups));
                return [node];
            case PoolingLayer pooling:
                return [PoolingNode(pooling, inputs)];
            case BatchNormalizationLayer normalization:
                string[] numbers = AddChannels(normalization);
                return
                [
                    new NodeProto
                    {
                        OpType = "BatchNormalization",
                        Input = { inputs, numbers },
                        Attribute = { OnnxTensors.Attribute("epsilon", normalization.Epsilon) },
                    },
                ];
            case AdditionLayer:
                return inputs.Skip(1)
                    .Select((input, i) => new NodeProto { OpType = "Add", Input = { i == 0 ? [inputs[0], input] : [input] } });
            case ConcatenationLayer:
                return [new NodeProto { OpType = "Concat", Input = { inputs }, Attribute = { OnnxTensors.Attribute("axis", 1) } }];
            case FlattenLayer:
                return [];
            default:
                throw new NotSupportedException($"Layer '{layer.Name}' is a {layer.GetType().Name}, which cannot be written as ONNX.");
        }
    }

    private static NodeProto PoolingNode(PoolingLayer layer, string[] inputs)
    {
        bool isMax = layer.Kind == PoolingKind.Max;
        if (!isMax && (layer.Window.DilationY, layer.Window.DilationX) != (1, 1))
        {
            throw new NotSupportedException($"Layer '{layer.Name}' is a mean with dilation, which operator set 13 does not have.");
        }

        (int below, int right) = Overhang(layer);
        bool isCeiling = layer.CountPadding && (below > 0 || right > 0);
        Window window = isCeiling
            ? layer.Window
            : layer.Window with { Bottom = layer.Window.Bottom + below, Right = layer.Window.Right + right };
        var node = new NodeProto
        {
            OpType = isMax ? "MaxPool" : "AveragePool",
            Input = { inputs },
            Attribute = { WindowAttributes(window, isMax) },
        };
        if (isCeiling) node.Attribute.Add(OnnxTensors.Attribute("ceil_mode", 1));
        if (layer.CountPadding) node.Attribute.Add(OnnxTensors.Attribute("count_include_pad", 1));
        return node;
    }

    /// <summary>
    /// By how much the last windows reach beyond the padding in ceil mode. Written as padding, because readers disagree about windows that
    /// would begin beyond the image; only a mean that counts the padding must tell the two apart.
    /// </summary>
    private static (int Below, int Right) Overhang(PoolingLayer layer)
    {
        (Window w, Shape input, Shape output) = (layer.Window, layer.Input, layer.OutputShape);
        int below = w.ImageY(output.Height - 1, w.Height - 1) + 1 - input.Height - w.Bottom;
        int right = w.ImageX(output.Width - 1, w.Width - 1) + 1 - input.Width - w.Right;
        return (Math.Max(below, 0), Math.Max(right, 0));
    }

    private static IEnumerable<AttributeProto> WindowAttributes(Window window, bool withDilations)
    {
        yield return OnnxTensors.Attribute("kernel_shape", window.Height, window.Width);
        yield return OnnxTensors.Attribute("strides", window.StrideY, window.StrideX);
        yield return OnnxTensors.Attribute("pads", window.Top, window.Left, window.Bottom, window.Right);
        if (withDilations) yield return OnnxTensors.Attribute("dilations", window.DilationY, window.DilationX);
    }

    private string[] AddWeights(WeightedLayer layer, params ReadOnlySpan<int> dimensions)
    {
        string weights = layer.Name + ".weights", biases = layer.Name + ".biases";
        graph.Initializer.Add(OnnxTensors.Floats(weights, layer.Weights.ToDense(), dimensions));
        graph.Initializer.Add(OnnxTensors.Floats(biases, layer.Biases.ToArray(), layer.Biases.Length));
        return [weights, biases];
    }

    private string[] AddChannels(BatchNormalizationLayer layer)
    {
        (string Name, FloatVector Values)[] all =
            [("scale", layer.Scale), ("shift", layer.Shift), ("mean", layer.Mean), ("variance", layer.Variance)];
        foreach ((string name, FloatVector values) in all)
        {
            graph.Initializer.Add(OnnxTensors.Floats($"{layer.Name}.{name}", values.ToArray(), values.Length));
        }

        return [.. all.Select(one => $"{layer.Name}.{one.Name}")];
    }

    private string AsImage(Value value, string name)
    {
        if (value.IsImage) return value.Name;
        graph.Initializer.Add(OnnxTensors.Shape(name + ".shape", 0, value.Shape.Channels, value.Shape.Height, value.Shape.Width));
        return Chain([new NodeProto { OpType = "Reshape", Input = { value.Name, name + ".shape" } }], name, value.Name, name + ".value");
    }

    private string AsRows(Value value, string name) =>
        value.IsImage ? Chain([FlattenNode()], name, value.Name, name + ".value") : value.Name;

    /// <summary>The name of a number among the initialisers.</summary>
    private string Bound(float value)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"bound.{value:R}");
        if (graph.Initializer.All(tensor => tensor.Name != name)) graph.Initializer.Add(OnnxTensors.Floats(name, [value]));
        return name;
    }

    private static NodeProto FlattenNode() => new() { OpType = "Flatten", Attribute = { OnnxTensors.Attribute("axis", 1) } };

    /// <summary>
    /// The nodes of an activation, each of which reads the one before; those of functions that the operator set lacks also read the sums.
    /// </summary>
    private IEnumerable<NodeProto> ActivationNodes(Activation activation, string sums, bool isImage) => activation.Kind switch
    {
        ActivationKind.Identity => [],
        ActivationKind.Gelu =>
            [With("Mul", Bound(MathF.Sqrt(0.5f))), With("Erf"), With("Add", Bound(1)), With("Mul", sums), With("Mul", Bound(0.5f))],
        ActivationKind.GeluTanh =>
        [
            With("Mul", sums), With("Mul", sums), With("Mul", Bound(0.044715f)), With("Add", sums), With("Mul", Bound(1.59576917f)),
            With("Sigmoid"), With("Mul", sums),
        ],
        ActivationKind.Silu => [With("Sigmoid"), With("Mul", sums)],
        ActivationKind.HardSwish =>
        [
            new NodeProto
            {
                OpType = "HardSigmoid",
                Attribute = { OnnxTensors.Attribute("alpha", 1 / 6f), OnnxTensors.Attribute("beta", 0.5f) },
            },
            With("Mul", sums),
        ],
        _ => [ActivationNode(activation, isImage)],
    };

    /// <summary>A node that reads what is before it in the chain, and these.</summary>
    private static NodeProto With(string type, params string[] others) => new() { OpType = type, Input = { others } };

    /// <summary>The operator of an activation. SELU's constants are the operator's defaults.</summary>
    private NodeProto ActivationNode(Activation activation, bool isImage)
    {
        var node = new NodeProto
        {
            OpType = activation.Kind switch
            {
                ActivationKind.Relu => "Relu",
                ActivationKind.LeakyRelu => "LeakyRelu",
                ActivationKind.Elu => "Elu",
                ActivationKind.Selu => "Selu",
                ActivationKind.Sigmoid => "Sigmoid",
                ActivationKind.Tanh => "Tanh",
                ActivationKind.ClippedRelu => "Clip",
                ActivationKind.Softplus => "Softplus",
                ActivationKind.Softmax => "Softmax",
                _ => throw new NotSupportedException($"Activation {activation.Kind} has no ONNX operator."),
            },
        };
        if (activation.Kind == ActivationKind.ClippedRelu) node.Input.Add([Bound(0), Bound(activation.Alpha)]);
        else if (activation.HasParameter) node.Attribute.Add(OnnxTensors.Attribute("alpha", activation.Alpha));
        if (isImage && activation.Kind == ActivationKind.Softmax) node.Attribute.Add(OnnxTensors.Attribute("axis", 1));
        return node;
    }
}
