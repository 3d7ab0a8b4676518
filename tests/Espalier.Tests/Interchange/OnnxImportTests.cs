using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;
using Espalier.Interchange;
using Espalier.Interchange.Onnx;
using Espalier.Tests.Inference.Baselines;
using Espalier.Tests.Shared;
using Google.Protobuf;

namespace Espalier.Tests.Interchange;

public sealed class OnnxImportTests
{
    private static AttributeProto Ints(string name, params int[] values) => OnnxTensors.Attribute(name, values.AsSpan());

    private static AttributeProto Int(string name, int value) => OnnxTensors.Attribute(name, value);

    private static AttributeProto Float(string name, float value) => OnnxTensors.Attribute(name, value);

    private static AttributeProto Text(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    [Fact]
    public void Networks_exported_and_imported_compute_the_same_bits()
    {
        foreach (int seed in Enumerable.Range(0, 120))
        {
            Network network = GraphNetworks.Random(seed);
            if (network.Layers.Any(GraphNetworks.IsDilatedMean)) continue;
            OnnxImportResult back = OnnxImport.Parse(OnnxExport.ToBytes(network));
            float[] input = Numbers(seed, network.InputShape.Length);
            Assert.Equal(Computed(network, input), OnnxModels.Outputs(back, input));
            Assert.True(back.Network.Layers.Length <= network.Layers.Length, $"seed {seed}: {back.Network.Layers.Length} layers");
        }
    }

    [Fact]
    public void Every_activation_comes_back()
    {
        foreach (Activation activation in Activations.All)
        {
            Network network = RandomNetwork.Create(
                8, 0.5, activation == Activation.Softmax ? Activation.Relu : activation, activation, 5, 4, 3);
            Network back = OnnxImport.Parse(OnnxExport.ToBytes(network)).Network;
            Assert.Equal(network.Layers.Select(layer => layer.Activation), back.Layers.Select(layer => layer.Activation));
            Assert.Equal(network.Layers.Select(layer => layer.Name), back.Layers.Select(layer => layer.Name));
        }
    }

    /// <summary>Keras through tf2onnx: images channels last, transposed around each convolution, flattened channels last.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Images_with_the_channels_last_become_channels_first(int channels)
    {
        const int Height = 6, Width = 5, Filters = 4;
        int flat = Filters * (Height - 2) * (Width - 2);
        float[] filters = Numbers(1, Filters * channels * 9), dense = Numbers(2, flat * 2), image = Numbers(3, channels * Height * Width);
        OnnxImportResult last = new OnnxModels().Input("x", -1, Height, Width, channels)
            .Floats("w", [Filters, channels, 3, 3], filters).Floats("d", [flat, 2], dense).Floats("scale", [Filters], 1, 2, 3, 4)
            .Integers("shape", -1, flat)
            .Node("Transpose", "x -> t", Ints("perm", 0, 3, 1, 2)).Node("Conv", "t w -> c")
            .Node("Transpose", "c -> u", Ints("perm", 0, 2, 3, 1))
            .Node("Mul", "u scale -> m").Node("Relu", "m -> r").Node("Reshape", "r shape -> f").Node("MatMul", "f d -> y").Import("y");

        // The same with the channels first: filters scaled, and the rows of the dense matrix where its inputs lie.
        float[] scaled = [.. filters.Select((weight, i) => weight * (i / (channels * 9) + 1))];
        float[] moved = [.. Enumerable.Range(0, flat * 2).Select(i => dense[(i / 2 % 12 * Filters + i / 2 / 12) * 2 + i % 2])];
        OnnxImportResult first = new OnnxModels().Input("x", -1, channels, Height, Width)
            .Floats("w", [Filters, channels, 3, 3], scaled).Floats("d", [flat, 2], moved)
            .Node("Conv", "x w -> c").Node("Relu", "c -> r").Node("Flatten", "r -> f").Node("MatMul", "f d -> y").Import("y");

        Assert.Equal(new Shape(channels, Height, Width), last.Network.InputShape);
        Assert.Equal(channels > 1, last.Notes.Any(note => note.Contains("transpose them", StringComparison.Ordinal)));
        float[] planes = last.Inputs[0].Order is { } order ? [.. order.Select(index => image[index])] : image;
        Assert.Equal(OnnxModels.Outputs(first, planes), OnnxModels.Outputs(last, planes));
        Assert.Equal(["ConvolutionLayer", "DenseLayer"], last.Network.Layers.Select(layer => layer.GetType().Name));
        for (int i = 0; i < planes.Length; i++) Assert.Equal(image[i % (Height * Width) * channels + i / (Height * Width)], planes[i]);
    }

    [Fact]
    public void Weights_of_every_type_are_read()
    {
        float[] values = [1, -2.5f, 0.125f, 3];
        var half = new TensorProto { Name = "w", Dims = { 2, 2 }, DataType = (int)TensorProto.Types.DataType.Float16 };
        half.Int32Data.AddRange(values.Select(value => (int)BitConverter.HalfToUInt16Bits((Half)value)));
        var raw = new TensorProto { Name = "w", Dims = { 2, 2 }, DataType = (int)TensorProto.Types.DataType.Bfloat16 };
        raw.RawData = ByteString.CopyFrom(
            [.. values.SelectMany(value => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)))]);
        TensorProto[] tensors =
        [
            new() { Name = "w", Dims = { 2, 2 }, DataType = (int)TensorProto.Types.DataType.Float, FloatData = { values } },
            new()
            {
                Name = "w", Dims = { 2, 2 }, DataType = (int)TensorProto.Types.DataType.Double,
                DoubleData = { values.Select(value => (double)value) },
            },
            half, raw,
        ];
        foreach (TensorProto tensor in tensors)
        {
            Assert.Equal([-1.5f, 8.5f],
                new OnnxModels().Input("x", -1, 2).Tensor(tensor).Node("Gemm", "x w -> y", Int("transB", 1)).Run("y", 1, 1) is var y
                ? [y[0], y[1] + 5.375f] : []);
        }
    }

    [Fact]
    public void Weights_beside_the_model_are_read_and_no_others()
    {
        string folder = Directory.CreateTempSubdirectory("espalier-onnx").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "weights.bin"), [0, 0, .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(3f)]);
            Assert.Equal([23f], OnnxModels.Outputs(Load("weights.bin", "2"), 10, 1));
            foreach (string location in (string[])["../weights.bin", "/etc/passwd", "a/../../weights.bin", "", "C:\\weights.bin"])
            {
                Assert.Contains("outside the model's folder", Fail(location, "0"), StringComparison.Ordinal);
            }

            Assert.Contains("needs 8 bytes from byte 4", Fail("weights.bin", "4"), StringComparison.Ordinal);
            Assert.Contains("cannot be read", Fail("absent.bin", "0"), StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
            {
                File.CreateSymbolicLink(Path.Combine(folder, "link.bin"), "/etc/hostname");
                Assert.Contains("outside the model's folder", Fail("link.bin", "0"), StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        string Fail(string location, string offset) => Assert.Throws<EspalierException>(() => Load(location, offset)).Message;

        OnnxImportResult Load(string location, string offset)
        {
            var tensor = new TensorProto
            {
                Name = "w", Dims = { 2, 1 }, DataType = (int)TensorProto.Types.DataType.Float,
                DataLocation = TensorProto.Types.DataLocation.External,
                ExternalData =
                {
                    new StringStringEntryProto { Key = "location", Value = location },
                    new StringStringEntryProto { Key = "offset", Value = offset },
                    new StringStringEntryProto { Key = "length", Value = "8" },
                },
            };
            string path = Path.Combine(folder, "model.onnx");
            File.WriteAllBytes(path, new OnnxModels().Input("x", -1, 2).Tensor(tensor).Node("MatMul", "x w -> y").ToBytes("y"));
            return OnnxImport.Load(path);
        }
    }

    [Fact]
    public void What_is_no_layer_is_refused_by_name_in_one_line()
    {
        var models = new (OnnxModels Model, string Says)[]
        {
            (new OnnxModels().Input("x", -1, 2).Node("LSTM", "x -> y"), "node 'y' (LSTM): operator LSTM is not supported"),
            (new OnnxModels().Input("x", -1, 2).Node("Mul", "x x -> y"),
                "node 'y' (Mul): is part of a function of each value by itself that is none"),
            (new OnnxModels().Input("x", -1, 2).Node("Softmax", "x -> y", Int("axis", 0)), "node 'y' (Softmax): computes over the samples"),
            (new OnnxModels().Input("x", -1, 2).Node("Sum", "x absent -> y"), "node 'y' (Sum): reads 'absent'"),
            (new OnnxModels().Input("x", -1, -1).Node("Relu", "x -> y"), "input 'x' has no fixed length along axis 1"),
            (new OnnxModels().Input("x", -1, 2).Floats("w", [3, 1], 1, 2, 3).Node("MatMul", "x w -> y"), "multiplies 1x2 by 3x1"),
            (new OnnxModels().Input("x", -1, 1, 4, 4).Floats("w", [1, 2, 1, 1], 1, 2).Node("Conv", "x w -> y"),
                "node 'y' (Conv): makes no layer"),
        };
        foreach ((OnnxModels model, string says) in models)
        {
            string message = Assert.Throws<EspalierException>(() => model.Import("y")).Message;
            Assert.Contains(says, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Fact]
    public void Functions_of_the_model_are_put_in_place()
    {
        NodeProto inner = OnnxModels.MakeNode("LeakyRelu", "a -> b", new AttributeProto { Name = "alpha", RefAttrName = "slope" });
        float[] outputs = new OnnxModels().Input("x", -1, 2).Function("Own", "a", "c", inner, OnnxModels.MakeNode("Neg", "b -> c"))
            .Node("own.Own", "x -> y", Float("slope", 0.5f)).Node("own.Own", "y -> z", Float("slope", 0.25f)).Run("z", 2, -4);
        Assert.Equal([0.5f, -2f], outputs);
    }

    [Fact]
    public void Activations_spelled_as_several_nodes_are_known()
    {
        OnnxImportResult model = new OnnxModels().Input("x", -1, 2).Floats("w", [2, 2], 1, 2, 3, 4).Floats("one", [], 1)
            .Node("MatMul", "x w -> a").Node("Neg", "a -> n").Node("Exp", "n -> e").Node("Add", "e one -> s").Node("Div", "one s -> y")
            .Import("y");
        Layer layer = Assert.Single(model.Network.Layers);
        Assert.Equal(Activation.Sigmoid, layer.Activation);
    }

    [Fact]
    public void Numbers_of_channels_of_their_own_keep_their_places()
    {
        float[] x = Numbers(5, 12);
        float[] outputs = new OnnxModels().Input("x", -1, 3, 2, 2).Floats("slope", [3, 1, 1], 0.5f, -2, 0).Node("PRelu", "x slope -> y")
            .Run("y", x);
        Assert.Equal(x.Select((value, i) => value > 0 ? value : value * new[] { 0.5f, -2, 0 }[i / 4]), outputs);

        float[] picked = new OnnxModels().Input("x", -1, 3, 2, 2).Integers("which", 2, 0).Floats("w", [1, 2, 1, 1], 1, 10)
            .Node("Gather", "x which -> g", Int("axis", 1)).Node("Conv", "g w -> y").Run("y", x);
        Assert.Equal(Enumerable.Range(0, 4).Select(i => x[8 + i] + 10 * x[i]), picked, (a, b) => Math.Abs(a - b) < 1e-6f);
    }

    [Theory]
    [InlineData("SAME_UPPER", 0)]
    [InlineData("SAME_LOWER", 1)]
    public void Automatic_padding_goes_where_the_format_says(string padding, int before)
    {
        float[] outputs = new OnnxModels().Input("x", -1, 1, 1, 4).Floats("w", [1, 1, 1, 2], 1, 10)
            .Node("Conv", "x w -> y", Text("auto_pad", padding)).Run("y", 1, 2, 3, 4);
        Assert.Equal(before == 0 ? [21f, 32, 43, 4] : [10f, 21, 32, 43], outputs);
    }

    [Fact]
    public void Shapes_computed_from_the_input_fold_away()
    {
        OnnxImportResult model = new OnnxModels().Input("x", -1, 2, 3).Integers("zero", 0).Integers("rest", -1)
            .Floats("w", [6, 1], 1, 1, 1, 1, 1, 1)
            .Node("Shape", "x -> s").Node("Gather", "s zero -> n").Node("Concat", "n rest -> shape", Int("axis", 0))
            .Node("Reshape", "x shape -> f").Node("MatMul", "f w -> y").Import("y");
        Assert.Single(model.Network.Layers);
        Assert.Equal([21f], OnnxModels.Outputs(model, 1, 2, 3, 4, 5, 6));
    }

    [Fact]
    public void A_first_axis_that_is_no_batch_is_part_of_the_sample()
    {
        OnnxImportResult model = new OnnxModels().Input("x", 2, 3).Integers("shape", 1, -1).Floats("w", [6, 1], 1, 2, 3, 4, 5, 6)
            .Node("Reshape", "x shape -> f").Node("MatMul", "f w -> y").Import("y");
        Assert.Equal([91f], OnnxModels.Outputs(model, 1, 2, 3, 4, 5, 6));
        Assert.Contains("a sample is the whole input 'x'", Assert.Single(model.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_inputs_and_outputs_are_put_together()
    {
        OnnxImportResult model = new OnnxModels().Input("a", -1, 2).Input("b", -1, 1).Node("Concat", "a b -> c", Int("axis", 1))
            .Floats("w", [3, 2], 1, 0, 0, 1, 1, 1)
            .Node("MatMul", "c w -> y").Node("Relu", "a -> z").Import("y", "z");
        Assert.Equal(["a", "b"], model.Inputs.Select(port => port.Name));
        Assert.Equal([4f, 1, 1, 0], OnnxModels.Outputs(model, 1, -2, 3));
        Assert.Contains(model.Notes, note => note.Contains("inputs 'a', 'b'", StringComparison.Ordinal));
        Assert.Contains(model.Notes, note => note.Contains("outputs 'y', 'z'", StringComparison.Ordinal));
    }

    /// <summary>scikit-learn through skl2onnx: a class and a map from classes to values.</summary>
    [Fact]
    public void The_class_is_left_out_and_the_map_becomes_its_values()
    {
        OnnxModels model = new OnnxModels().Input("x", -1, 2).Floats("w", [2, 2], 1, 0, 0, 1)
            .Node("ai.onnx.ml.Scaler", "x -> s", Floats("offset", 1, 2), Floats("scale", 2, 0.5f)).Node("MatMul", "s w -> m")
            .Node("Softmax", "m -> p")
            .Node("ArgMax", "p -> k", Int("axis", 1)).Node("Cast", "k -> label", Int("to", 7))
            .Node("ai.onnx.ml.ZipMap", "p -> probabilities");
        OnnxImportResult both = model.Import("label", "probabilities");
        Assert.Equal(["probabilities"], both.Outputs.Select(port => port.Name));
        Assert.Equal(2, both.Notes.Count);
        float[] outputs = OnnxModels.Outputs(both, 2, 2);
        Assert.Equal(1 / (1 + MathF.Exp(-2)), outputs[0], 6);
        Assert.Equal(outputs, OnnxModels.Outputs(model.Import("label"), 2, 2));
    }

    [Fact]
    public void Old_operator_sets_align_axes_by_attribute()
    {
        float[] outputs = new OnnxModels(6).Input("x", -1, 2, 2).Floats("b", [2], 10, 20)
            .Node("Add", "x b -> y", Int("broadcast", 1), Int("axis", 1)).Run("y", 1, 2, 3, 4);
        Assert.Equal([11f, 12, 23, 24], outputs);
    }

    private static AttributeProto Floats(string name, params float[] values) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Floats, Floats = { values } };

    private static float[] Numbers(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
    }

    private static float[] Computed(Network network, float[] input)
    {
        var outputs = new float[network.OutputShape.Length];
        OnnxRun.Interpreter(network)(input, outputs);
        return outputs;
    }
}
