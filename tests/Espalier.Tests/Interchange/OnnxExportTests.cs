using System.Runtime.InteropServices;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;
using Espalier.Interchange;
using Espalier.Interchange.Onnx;
using Espalier.Tests.Inference.Baselines;
using Espalier.Tests.Shared;

namespace Espalier.Tests.Interchange;

public sealed class OnnxExportTests
{
    [Fact]
    public void Model_read_back_holds_every_weight_and_bias()
    {
        Network network = RandomNetwork.Create(8, 0.4, Activation.Relu, Activation.Softmax, 5, 4, 3);
        ModelProto model = ModelProto.Parser.ParseFrom(OnnxExport.ToBytes(network));
        Assert.Equal((7, 13), (model.IrVersion, model.OpsetImport.Single().Version));
        foreach (DenseLayer layer in network.Layers.Cast<DenseLayer>())
        {
            TensorProto weights = model.Graph.Initializer.Single(tensor => tensor.Name == layer.Name + ".weights");
            Assert.Equal([layer.Weights.Rows, layer.Weights.Columns], weights.Dims);
            Assert.Equal(layer.Weights.ToDense(), MemoryMarshal.Cast<byte, float>(weights.RawData.Span).ToArray());
            TensorProto biases = model.Graph.Initializer.Single(tensor => tensor.Name == layer.Name + ".biases");
            Assert.Equal([layer.Biases.Length], biases.Dims);
            Assert.Equal(layer.Biases.ToArray(), MemoryMarshal.Cast<byte, float>(biases.RawData.Span).ToArray());
        }
    }

    [Fact]
    public void Graph_is_a_chain_from_input_to_output()
    {
        Network network = RandomNetwork.Create(8, 1, Activation.LeakyRelu(0.25f), Activation.Identity, 5, 4, 3);
        GraphProto graph = ModelProto.Parser.ParseFrom(OnnxExport.ToBytes(network)).Graph;
        Assert.Equal(["Gemm", "LeakyRelu", "Gemm"], graph.Node.Select(node => node.OpType));
        string value = OnnxExport.InputName;
        foreach (NodeProto node in graph.Node)
        {
            Assert.Equal(value, node.Input[0]);
            value = node.Output.Single();
        }

        Assert.Equal(OnnxExport.OutputName, value);
        Assert.Equal(0.25f, graph.Node[1].Attribute.Single(attribute => attribute.Name == "alpha").F);
        Assert.Equal(1, graph.Node[0].Attribute.Single(attribute => attribute.Name == "transB").I);
        Assert.Equal(5, graph.Input.Single().Type.TensorType.Shape.Dim[1].DimValue);
        Assert.Equal(3, graph.Output.Single().Type.TensorType.Shape.Dim[1].DimValue);
    }

    [PythonOnnxFact]
    public void Checker_of_the_onnx_package_accepts_graphs_of_every_kind_of_layer()
    {
        foreach (int seed in Enumerable.Range(0, 16))
        {
            Network network = GraphNetworks.Random(seed);
            if (!network.Layers.Any(GraphNetworks.IsDilatedMean)) RequireAccepted(OnnxExport.ToBytes(network), $"seed {seed}");
        }
    }

    [PythonOnnxFact]
    public void Checker_of_the_onnx_package_accepts_every_activation()
    {
        foreach (Activation activation in Activations.All)
        {
            byte[] model = OnnxExport.ToBytes(RandomNetwork.Create(8, 0.5, activation, activation with { Alpha = 0 }, 5, 4, 3));
            RequireAccepted(model, activation.ToString());
        }
    }

    [Fact]
    public void A_mean_with_dilation_is_refused_by_name()
    {
        var window = new Window(2, 2) { DilationX = 2 };
        var mean = new PoolingLayer("mean", new Shape(1, 4, 4), PoolingKind.Average, window, false, false, Activation.Identity);

        var error = Assert.Throws<NotSupportedException>(() => OnnxExport.ToBytes(new Network("n", mean.Input, new([mean]), default)));

        Assert.Contains("'mean' is a mean with dilation", error.Message, StringComparison.Ordinal);
    }

    private static void RequireAccepted(byte[] model, string what)
    {
        const string Script =
            "import onnx, sys; onnx.checker.check_model(onnx.load_model_from_string(sys.stdin.buffer.read()), full_check=True)";
        (int exitCode, string errors) = PythonOnnxFactAttribute.Run(Script, model);
        Assert.True(exitCode == 0, $"{what}: {errors}");
    }
}
