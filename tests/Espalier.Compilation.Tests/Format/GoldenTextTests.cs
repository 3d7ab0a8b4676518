using System.Security.Cryptography;
using System.Text;
using Espalier.Compilation.Format;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Format;

public sealed class GoldenTextTests
{
    private const string SmallBody =
        "network tiny\n" +
        "input 3\n" +
        "layer hidden dense 3 2 leaky-relu:3c23d70a\n" +
        "3f000000 0:3f800000 2:c0000000\n" +
        "80000000\n" +
        "layer answer dense 2 1 sigmoid\n" +
        "codebook bf800000 3f000000\n" +
        "00000000 0:1 1:0\n" +
        "sample 0:3f800000 2:80000000 > 3e800000\n" +
        "sample > 80000000\n";

    [Fact]
    public void A_small_network_has_this_text()
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(SmallBody)));

        Assert.Equal($"espalier 1\nsha256 {hash}\n{SmallBody}", ModelWriter.ToText(Networks.Small()));
    }

    [Fact]
    public void The_text_of_a_small_network_reads_back_as_that_network()
    {
        ModelReadResult result = ModelReader.Read(new StringReader(ModelWriter.ToText(Networks.Small())));

        Assert.Null(result.Error);
        Assert.Equal(Networks.Small(), result.Network);
    }

    [Fact]
    public void Every_kind_of_layer_has_its_line()
    {
        var image = new Shape(2, 8, 8);
        var half = new Shape(2, 4, 4);
        FloatVector two = new([1f, 0.5f]);
        Window depthwise =
            new Window(3, 3) { StrideY = 2, StrideX = 2, DilationY = 2, DilationX = 1, Top = 2, Left = 1, Bottom = 2, Right = 0 };
        Layer[] layers =
        [
            new ConvolutionLayer(
                "conv", image, depthwise, 2, SparseMatrix.FromDense(2, 9, [1, .. new float[16], -2]), two, Activation.Relu),
            new BatchNormalizationLayer("norm", half, two, two, two, two, 0.5f, Activation.Identity),
            new PoolingLayer(
                "max", image, PoolingKind.Max, Window.Square(2, 2), true, false, Activation.Identity) { Sources = new(["input"]) },
            new AdditionLayer("add", half, 2, Activation.Relu) { Sources = new(["norm", "max"]) },
            new PoolingLayer("mean", half, PoolingKind.Average, Window.Square(3, 1, 1), false, true, Activation.Tanh),
            new ConcatenationLayer("both", new([half, half]), Activation.Identity) { Sources = new(["mean", "add"]) },
            new FlattenLayer("flat", new Shape(4, 4, 4)),
        ];

        Assert.Equal(
            "network n\n" +
            "input 2x8x8\n" +
            "layer conv convolution 2x8x8 2 3x3 stride 2x2 dilation 2x1 padding 2 1 2 0 groups 2 relu\n" +
            "3f800000 0:3f800000\n" +
            "3f000000 8:c0000000\n" +
            "layer norm batch-normalization 2x4x4 3f000000 identity\n" +
            "3f800000 3f800000 3f800000 3f800000\n" +
            "3f000000 3f000000 3f000000 3f000000\n" +
            "layer max max-pooling from input 2x8x8 2x2 stride 2x2 ceiling identity\n" +
            "layer add addition from norm,max 2x4x4 relu\n" +
            "layer mean average-pooling 2x4x4 3x3 padding 1 1 1 1 count-padding tanh\n" +
            "layer both concatenation from mean,add identity\n" +
            "layer flat flatten 4x4x4\n",
            Networks.Body(new Network("n", image, new EquatableArray<Layer>(layers), default)));
    }

    [Theory]
    [InlineData(784, 1, 1, "input 784\n")]
    [InlineData(1, 28, 28, "input 1x28x28\n")]
    [InlineData(3, 1, 2, "input 3x1x2\n")]
    public void An_input_shape_is_written_short_when_flat(int channels, int height, int width, string line)
    {
        var shape = new Shape(channels, height, width);
        SparseMatrix none = SparseMatrix.FromDense(1, shape.Length, new float[shape.Length]);
        var layer = new DenseLayer("one", none, new FloatVector([0]), Activation.Relu);
        var network = new Network("shaped", shape, new EquatableArray<Layer>([layer]), default);

        string text = ModelWriter.ToText(network);

        Assert.Contains(line, text, StringComparison.Ordinal);
        Assert.Equal(shape, ModelReader.Read(new StringReader(text)).Network?.InputShape);
    }

    [Theory]
    [InlineData(ActivationKind.Identity, "identity")]
    [InlineData(ActivationKind.Relu, "relu")]
    [InlineData(ActivationKind.LeakyRelu, "leaky-relu:3f000000")]
    [InlineData(ActivationKind.Elu, "elu:3f000000")]
    [InlineData(ActivationKind.Selu, "selu")]
    [InlineData(ActivationKind.Sigmoid, "sigmoid")]
    [InlineData(ActivationKind.Tanh, "tanh")]
    [InlineData(ActivationKind.Softmax, "softmax")]
    public void Every_activation_has_its_word(ActivationKind kind, string word)
    {
        var activation = new Activation(kind);
        if (activation.HasParameter) activation = new Activation(kind, 0.5f);
        var layer = new DenseLayer("one", SparseMatrix.FromDense(1, 1, [1]), new FloatVector([0]), activation);

        string body = Networks.Body(Networks.Of("n", 1, [layer]));

        Assert.Equal($"network n\ninput 1\nlayer one dense 1 1 {word}\n00000000 0:3f800000\n", body);
    }
}
