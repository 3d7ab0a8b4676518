using System.Buffers.Binary;
using Espalier.Compilation.Model;
using Espalier.Interchange.Onnx;
using Google.Protobuf;

namespace Espalier.Interchange;

/// <summary>
/// Writes a network as an ONNX model (operator set 13): for each dense layer a <c>Gemm</c> and its activation. Weights are
/// written dense, because the format's consumers expand sparse initialisers anyway.
/// </summary>
/// <remarks>The model reads <see cref="InputName"/>, N x inputs, and yields <see cref="OutputName"/>, N x outputs, for any N.</remarks>
public static class OnnxExport
{
    /// <summary>The name of the model's input.</summary>
    public const string InputName = "input";

    /// <summary>The name of the model's output.</summary>
    public const string OutputName = "output";

    private const int IrVersion = 7, OperatorSet = 13;

    /// <summary>The ONNX model as bytes: what a <c>.onnx</c> file holds.</summary>
    /// <exception cref="NotSupportedException">The network has a layer that is not dense.</exception>
    public static byte[] ToBytes(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var graph = new GraphProto { Name = network.Name };
        graph.Input.Add(Rows(InputName, network.InputShape.Length));
        string value = InputName;
        for (int i = 0; i < network.Layers.Length; i++)
        {
            var layer = network.Layers[i] as DenseLayer
                ?? throw new NotSupportedException($"Layer '{network.Layers[i].Name}': only dense layers can be written as ONNX.");
            value = Add(graph, layer, value, isLast: i == network.Layers.Length - 1);
        }

        graph.Output.Add(Rows(OutputName, network.OutputShape.Length));
        return new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "Espalier",
            Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Version = OperatorSet } },
        }.ToByteArray();
    }

    private static string Add(GraphProto graph, DenseLayer layer, string input, bool isLast)
    {
        (string weights, string biases) = (layer.Name + ".weights", layer.Name + ".biases");
        graph.Initializer.Add(Tensor(weights, layer.Weights.ToDense(), layer.Weights.Rows, layer.Weights.Columns));
        graph.Initializer.Add(Tensor(biases, layer.Biases.ToArray(), layer.Biases.Length));
        NodeProto? activation = ActivationNode(layer.Activation);

        string output = isLast ? OutputName : layer.Name + ".output";
        string sums = activation is null ? output : layer.Name + ".sums";
        graph.Node.Add(new NodeProto
        {
            Name = layer.Name,
            OpType = "Gemm",
            Input = { input, weights, biases },
            Output = { sums },
            Attribute = { new AttributeProto { Name = "transB", Type = AttributeProto.Types.AttributeType.Int, I = 1 } },
        });
        if (activation is not null)
        {
            activation.Name = layer.Name + ".activation";
            activation.Input.Add(sums);
            activation.Output.Add(output);
            graph.Node.Add(activation);
        }

        return output;
    }

    /// <summary>
    /// The operator of an activation, yet without name and values; null for the identity. SELU's constants are the operator's
    /// defaults.
    /// </summary>
    private static NodeProto? ActivationNode(Activation activation)
    {
        if (activation.Kind == ActivationKind.Identity) return null;
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
                ActivationKind.Softmax => "Softmax",
                _ => throw new NotSupportedException($"Activation {activation.Kind} has no ONNX operator."),
            },
        };
        if (activation.HasParameter)
        {
            node.Attribute.Add(new AttributeProto
            {
                Name = "alpha",
                Type = AttributeProto.Types.AttributeType.Float,
                F = activation.Alpha,
            });
        }

        return node;
    }

    private static TensorProto Tensor(string name, float[] values, params ReadOnlySpan<long> dimensions)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            RawData = UnsafeByteOperations.UnsafeWrap(bytes),
        };
        foreach (long dimension in dimensions) tensor.Dims.Add(dimension);
        return tensor;
    }

    private static ValueInfoProto Rows(string name, int length) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)TensorProto.Types.DataType.Float,
                Shape = new TensorShapeProto
                {
                    Dim =
                    {
                        new TensorShapeProto.Types.Dimension { DimParam = "N" },
                        new TensorShapeProto.Types.Dimension { DimValue = length },
                    },
                },
            },
        },
    };
}
