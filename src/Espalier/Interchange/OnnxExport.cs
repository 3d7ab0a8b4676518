using Espalier.Compilation.Model;
using Espalier.Interchange.Onnx;
using Google.Protobuf;

namespace Espalier.Interchange;

/// <summary>
/// Writes a network as an ONNX model (operator set 13). Weights are written dense, because the format's consumers expand sparse
/// initialisers anyway.
/// </summary>
/// <remarks>
/// The model reads <see cref="InputName"/>, N x channels x height x width, or N x inputs when the network's input is a plain vector or read
/// by dense layers alone; and yields <see cref="OutputName"/>, N x outputs; for any N.
/// </remarks>
public static class OnnxExport
{
    /// <summary>The name of the model's input.</summary>
    public const string InputName = "input";

    /// <summary>The name of the model's output.</summary>
    public const string OutputName = "output";

    private const int IrVersion = 7, OperatorSet = 13;

    /// <summary>The ONNX model as bytes: what a <c>.onnx</c> file holds.</summary>
    /// <exception cref="ArgumentException">The network has a fault (see <see cref="Network.FindFault()"/>).</exception>
    /// <exception cref="NotSupportedException">A layer has no operator in the operator set.</exception>
    public static byte[] ToBytes(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.FindFault() is string fault) throw new ArgumentException(fault, nameof(network));
        var graph = new GraphProto { Name = network.Name };
        graph.Input.Add(OnnxTensors.Value(InputName, [.. InputDimensions(network)]));
        new OnnxGraphBuilder(network, graph).Run(InputName, OutputName);
        graph.Output.Add(OnnxTensors.Value(OutputName, network.OutputShape.Length));
        return new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "Espalier",
            Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Version = OperatorSet } },
        }.ToByteArray();
    }

    /// <summary>The dimensions of a sample at <see cref="InputName"/>: channels, height and width, or one length.</summary>
    internal static IReadOnlyList<int> InputDimensions(Network network)
    {
        Shape shape = network.InputShape;
        bool isVector = shape.IsFlat || Enumerable.Range(0, network.Layers.Length)
            .All(i => network.Layers[i] is DenseLayer || !network.SourcesOf(i).Contains(-1));
        return isVector ? [shape.Length] : [shape.Channels, shape.Height, shape.Width];
    }
}
