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
