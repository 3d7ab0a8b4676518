using Espalier.Compilation.Model;
using Espalier.Interchange;
using Espalier.Interchange.Onnx;
using Google.Protobuf;

namespace Espalier.Tests.Interchange;

/// <summary>Operators of which no layer is the equal, against what the format says that they compute.</summary>
public sealed class OnnxOperatorTests
{
    private static readonly float[] s_numbers = [-4, -1.5f, -0.5f, 0, 0.25f, 1, 3, 8];

    private static AttributeProto Int(string name, int value) => OnnxTensors.Attribute(name, value);

    private static AttributeProto Ints(string name, params int[] values) => OnnxTensors.Attribute(name, values.AsSpan());

    private static AttributeProto Float(string name, float value) => OnnxTensors.Attribute(name, value);

    private static AttributeProto Text(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    private static AttributeProto Floats(string name, params float[] values) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Floats, Floats = { values } };

    [Fact]
    public void Functions_that_are_a_scaled_activation_become_it()
    {
        Check(x => x > 0 ? x : 0.7 * (Math.Exp(x / 0.7) - 1), ActivationKind.Elu, "Celu", Float("alpha", 0.7f));
        Check(x => x / (1 + Math.Exp(-1.5 * x)), ActivationKind.Silu, "Swish", Float("alpha", 1.5f));
        Check(x => x / (1 + Math.Exp(-1.702 * x)), ActivationKind.Silu, "com.microsoft.QuickGelu");

        static void Check(Func<double, double> function, ActivationKind kind, string type, params AttributeProto[] attributes)
        {
            OnnxImportResult model = Weighted().Node(type, "m -> y", attributes).Import("y");
            AssertClose(s_numbers.Select(x => function(x)), OnnxModels.Outputs(model, s_numbers));
            Assert.Single(model.Network.Layers, layer => layer.Activation.Kind == kind);
        }
    }

    [Fact]
    public void Functions_spelled_as_several_nodes_become_the_activation_with_its_parameter()
    {
        Check(x => Math.Max(x, 0.125 * x), ActivationKind.LeakyRelu,
            Weighted().Floats("c", [], 0.125f).Node("Mul", "m c -> a").Node("Max", "m a -> y"));
        Check(x => x > 0 ? x : 0.125 * x, ActivationKind.LeakyRelu, Weighted().Floats("c", [], 0.125f).Floats("z", [], 0)
            .Node("Greater", "m z -> g").Node("Mul", "m c -> a").Node("Where", "g m a -> y"));
        Check(x => x / (1 + Math.Exp(-1.702 * x)), ActivationKind.Silu, Weighted().Floats("c", [], 1.702f)
            .Node("Mul", "m c -> a").Node("Sigmoid", "a -> s").Node("Mul", "m s -> y"));
        Check(x => -Math.Log(1 + Math.Exp(-x)), ActivationKind.Softplus, Weighted().Node("Sigmoid", "m -> s").Node("Log", "s -> y"));

        static void Check(Func<double, double> function, ActivationKind kind, OnnxModels model)
        {
            OnnxImportResult import = model.Import("y");
            AssertClose(s_numbers.Select(x => function(x)), OnnxModels.Outputs(import, s_numbers));
            Assert.Single(import.Network.Layers, layer => layer.Activation.Kind == kind);
        }
    }

    /// <summary>Both e^-x are one node: the function that one of its readers becomes must not reach the other.</summary>
    [Fact]
    public void Two_functions_that_share_nodes_do_not_disturb_each_other()
    {
        float[] outputs = Weighted().Floats("one", [], 1).Node("Neg", "m -> n").Node("Exp", "n -> e").Node("Add", "e one -> s")
            .Node("Div", "one s -> sigmoid").Node("Log", "s -> softplus").Node("Concat", "sigmoid softplus -> y", Int("axis", 1))
            .Run("y", s_numbers);

        AssertClose([.. s_numbers.Select(x => 1 / (1 + Math.Exp(-x))), .. s_numbers.Select(x => Math.Log(1 + Math.Exp(-x)))], outputs);
    }

    [Fact]
    public void An_activation_that_two_nodes_read_is_computed_once()
    {
        Network network = Weighted().Floats("one", [1], 1).Node("Sigmoid", "m -> p").Node("Sub", "one p -> q")
            .Node("Concat", "q p -> y", Int("axis", 1)).Import("y").Network;
        Assert.Single(network.Layers, layer => layer.Activation == Activation.Sigmoid);
    }

    [Fact]
    public void The_larger_of_two_values_is_taken_exactly()
    {
        float[] x = [1, -2, 3e20f, -4e-20f], other = [.. x.Reverse()];
        OnnxModels model = new OnnxModels().Input("x", -1, 4).Integers("order", 3, 2, 1, 0).Node("Gather", "x order -> o", Int("axis", 1));
        Assert.Equal(x.Zip(other, Math.Max), model.Node("Max", "x o -> max").Run("max", x));
        Assert.Equal(x.Zip(other, Math.Min), model.Node("Min", "x o -> min").Run("min", x));
        Assert.Equal(
            [1, 0.5f, 3e20f, 1], new OnnxModels().Input("x", -1, 4).Floats("c", [4], 0.5f, 0.5f, 0, 1).Node("Max", "x c -> y").Run("y", x));
    }

    [Fact]
    public void Maxima_and_minima_go_along_any_axis()
    {
        float[] x = [.. Enumerable.Range(0, 24).Select(i => (float)(i * 7 % 24 - 11))];
        OnnxModels model = new OnnxModels().Input("x", -1, 2, 3, 4);
        Assert.Equal(
            [.. Enumerable.Range(0, 12).Select(i => Math.Max(x[i], x[12 + i]))],
            model.Node("ReduceMax", "x -> a", Ints("axes", 1), Int("keepdims", 0)).Run("a", x));
        Assert.Equal(
            [.. x.Chunk(4).Select(row => row.Min())], model.Node("ReduceMin", "x -> b", Ints("axes", 3), Int("keepdims", 1)).Run("b", x));
    }

    /// <summary>A decoder's image, which no layer yields: a vector seen as 2x4x4.</summary>
    [Fact]
    public void A_vector_seen_as_an_image_is_pooled()
    {
        float[] x = [.. Enumerable.Range(0, 32).Select(i => (float)(i * 5 % 32 - 15))];
        OnnxModels model = new OnnxModels().Input("x", -1, 32).Floats("w", [32, 32], Identity(32)).Integers("shape", -1, 2, 4, 4)
            .Node("MatMul", "x w -> m").Node("Reshape", "m shape -> i")
            .Node("MaxPool", "i -> y", Ints("kernel_shape", 2, 2), Ints("strides", 2, 2));
        Assert.Equal(Pooled(x), model.Run("y", x));
    }

    [Fact]
    public void An_image_with_a_reflected_border_is_pooled()
    {
        float[] x = [.. Enumerable.Range(0, 9).Select(i => (float)(i * 4 % 9 - 4))];
        OnnxModels model = new OnnxModels().Input("x", -1, 1, 3, 3).Integers("pads", 0, 0, 1, 1, 0, 0, 0, 0)
            .Node("Pad", "x pads -> p", Text("mode", "reflect"))
                .Node("MaxPool", "p -> y", Ints("kernel_shape", 2, 2), Ints("strides", 2, 2));
        int[] reflected = [4, 3, 4, 5, 1, 0, 1, 2, 4, 3, 4, 5, 7, 6, 7, 8];
        Assert.Equal(Pooled([.. reflected.Select(i => x[i])]), model.Run("y", x));
    }

    [Fact]
    public void Constants_beside_values_and_around_them_are_put_in()
    {
        Assert.Equal([7f, 1, 2, 8, 9], new OnnxModels().Input("x", -1, 2).Floats("a", [1, 1], 7).Floats("b", [1, 2], 8, 9)
            .Node("Concat", "a x b -> y", Int("axis", 1)).Run("y", 1, 2));
        Assert.Equal([0.5f, 1, 2, 0.5f], new OnnxModels().Input("x", -1, 2).Integers("pads", 0, 1, 0, 1).Floats("half", [], 0.5f)
            .Node("Pad", "x pads half -> y").Run("y", 1, 2));
    }

    /// <summary>y[o] = sum of w[k] x[i] over i and k with o = stride i + k - pad; two groups of one channel each.</summary>
    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(2, 1, 1)]
    [InlineData(3, 0, 2)]
    public void Transposed_convolutions_spread_each_value(int stride, int pad, int more)
    {
        float[] x = [1, -2, 3, 0.5f, 4, -1], w = [1, 10, 100, 2, 20, 200], biases = [0.25f, -0.5f];
        int length = stride * 2 + more + 3 - 2 * pad;
        float[] outputs = new OnnxModels().Input("x", -1, 2, 3).Floats("w", [2, 1, 3], w).Floats("b", [2], biases)
            .Node("ConvTranspose", "x w b -> y", Int("group", 2), Ints("strides", stride), Ints("pads", pad, pad),
                Ints("output_padding", more))
            .Run("y", x);

        var expected = new double[2 * length];
        for (int i = 0; i < expected.Length; i++) expected[i] = biases[i / length];
        for (int i = 0; i < 18; i++)
        {
            (int channel, int place, int tap) = (i / 9, i / 3 % 3, i % 3);
            int at = stride * place + tap - pad;
            if (at >= 0 && at < length) expected[channel * length + at] += w[channel * 3 + tap] * x[channel * 3 + place];
        }

        AssertClose(expected, outputs);
    }

    [Fact]
    public void Pixels_are_repeated_and_moved_between_channels_and_plane()
    {
        Assert.Equal([1f, 1, 2, 2, 1, 1, 2, 2], new OnnxModels().Input("x", -1, 1, 1, 2).Floats("scales", [4], 1, 1, 2, 2)
            .Node("Resize", "x _ scales -> y", Text("coordinate_transformation_mode", "asymmetric"), Text("nearest_mode", "floor"))
                .Run("y", 1, 2));
        float[] x = [0, 1, 2, 3, 4, 5, 6, 7];
        Assert.Equal([0f, 2, 4, 6, 1, 3, 5, 7], Spread("DCR").Run("d", x));
        Assert.Equal(x, Spread("CRD").Run("d", x));
        Assert.Equal(x, Spread("DCR").Node("SpaceToDepth", "d -> y", Int("blocksize", 2)).Run("y", x));

        static OnnxModels Spread(string mode) => new OnnxModels().Input("x", -1, 8, 1, 1)
            .Node("DepthToSpace", "x -> d", Int("blocksize", 2), Text("mode", mode));
    }

    [Fact]
    public void The_logarithm_of_softmax_is_taken_of_each_group()
    {
        float[] x = [1, 2, -1, 0.5f, 3, -2],
            outputs = new OnnxModels().Input("x", -1, 3, 2).Node("LogSoftmax", "x -> y", Int("axis", 1)).Run("y", x);
        AssertClose(x.Select((value, i) => value - Math.Log(Enumerable.Range(0, 3).Sum(c => Math.Exp(x[c * 2 + i % 2])))), outputs);
    }

    /// <summary>scikit-learn's one-against-the-rest classifiers: a logistic function for each class, divided by their sum.</summary>
    [Fact]
    public void Logistic_classes_are_normalized()
    {
        float[] w = [1, -2, 0.5f, 3, -1, 0.25f], b = [0.5f, -1, 2], x = [0.75f, -1.5f];
        double[] sigmoids = [.. Enumerable.Range(0, 3).Select(c => 1 / (1 + Math.Exp(-(w[2 * c] * x[0] + w[2 * c + 1] * x[1] + b[c]))))];
        AssertClose(sigmoids.Select(s => s / sigmoids.Sum()), OnnxModels.Outputs(Classifier(w, b), x));

        // Of two opposite classes the sum is 1.
        OnnxImportResult binary = Classifier([-1, 2, 1, -2], [-0.5f, 0.5f]);
        Assert.Equal(Activation.Sigmoid, Assert.Single(binary.Network.Layers).Activation);

        static OnnxImportResult Classifier(float[] w, float[] b) => new OnnxModels().Input("x", -1, 2)
            .Node("ai.onnx.ml.LinearClassifier", "x -> label p", Floats("coefficients", w), Floats("intercepts", b),
                Ints("classlabels_ints", [.. Enumerable.Range(0, b.Length)]), Text("post_transform", "LOGISTIC"))
            .Node("ai.onnx.ml.Normalizer", "p -> y", Text("norm", "L1")).Import("label", "y");
    }

    [Fact]
    public void Columns_are_picked_as_features() => Assert.Equal([30f, 10], new OnnxModels().Input("x", -1, 3).Integers("which", 2, 0)
        .Node("ai.onnx.ml.ArrayFeatureExtractor", "x which -> y").Run("y", 10, 20, 30));

    [Fact]
    public void What_only_training_or_a_class_yields_is_refused()
    {
        OnnxModels normalized = new OnnxModels(9).Input("x", -1, 2).Floats("n", [2], 1, 1)
            .Node("BatchNormalization", "x n n n n -> y mean var");
        Assert.Contains("'y' (BatchNormalization): is in training mode", Refusal(normalized), StringComparison.Ordinal);
        OnnxModels index = new OnnxModels().Input("x", -1, 2).Node("ArgMax", "x -> k", Int("axis", 1)).Node("Neg", "k -> y");
        Assert.Contains("'k' (ArgMax): yields the index of a value", Refusal(index), StringComparison.Ordinal);
        Assert.Contains("two values called 'y'", Refusal(new OnnxModels().Input("x", -1, 2).Node("Neg", "x -> y").Node("Relu", "x -> y")),
            StringComparison.Ordinal);
        OnnxModels single = new OnnxModels().Input("x", -1, 2).Node("Abs", "x -> a").Node("Mul", "x -> b").Node("Add", "a b -> y");
        Assert.Contains("'b' (Mul): its inputs and attributes do not fit together", Refusal(single), StringComparison.Ordinal);

        static string Refusal(OnnxModels model) => Assert.Throws<EspalierException>(() => model.Import("y")).Message;
    }

    /// <summary>Sizes that a few bytes may claim: refused before anything of that size is made.</summary>
    [Fact]
    public void Sizes_beyond_any_network_are_refused_at_once()
    {
        OnnxModels[] models =
        [
            new OnnxModels().Input("x", -1, 2).Integers("pads", 0, 1 << 30, 0, 0).Node("Pad", "x pads -> y"),
            new OnnxModels().Input("x", -1, 2).Integers("times", 1, 1 << 26).Node("Tile", "x times -> y"),
            new OnnxModels().Input("x", -1, 2).Integers("shape", 1 << 30, 1 << 30).Node("Expand", "x shape -> y"),
            new OnnxModels().Input("x", -1, 1, 1, 2).Floats("s", [4], 1, 1, 1e9f, 1e9f).Node("Resize", "x _ s -> y"),
            new OnnxModels().Input("x", -1, 1, 64).Floats("w", [1, 1, 1], 1)
                .Node("ConvTranspose", "x w -> y", Ints("output_padding", 65536), Ints("strides", 65536)),
        ];
        foreach (OnnxModels model in models)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains("'y'", Assert.ThrowsAny<EspalierException>(() => model.Import("y")).Message, StringComparison.Ordinal);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 26, "took too much memory");
        }
    }

    /// <summary>An input of eight values that a layer scales by 1, so that there is a layer to take an activation.</summary>
    private static OnnxModels Weighted() => new OnnxModels().Input("x", -1, 8).Floats("w", [8, 8], Identity(8)).Node("MatMul", "x w -> m");

    private static float[] Identity(int size) => [.. Enumerable.Range(0, size * size).Select(i => i % (size + 1) == 0 ? 1f : 0)];

    /// <summary>The maximum of each 2x2 of images of 4x4.</summary>
    private static IEnumerable<float> Pooled(float[] x) => Enumerable.Range(0, x.Length / 4).Select(i =>
    {
        int at = i / 4 * 16 + i / 2 % 2 * 8 + i % 2 * 2;
        return new[] { x[at], x[at + 1], x[at + 4], x[at + 5] }.Max();
    });

    private static void AssertClose(IEnumerable<double> expected, float[] found) =>
        Assert.Equal(expected, found.Select(value => (double)value), (a, b) => Math.Abs(a - b) <= 2e-6 * Math.Max(1, Math.Abs(a)));
}
