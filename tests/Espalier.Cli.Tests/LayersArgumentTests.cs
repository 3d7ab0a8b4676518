using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.Cli.Tests;

public sealed class LayersArgumentTests
{
    [Theory]
    [InlineData("none", "")]
    [InlineData("300,100", "fc1 300 Relu; fc2 100 Relu")]
    [InlineData("300/tanh 100/leaky-relu:0.2", "fc1 300 Tanh; fc2 100 LeakyRelu")]
    [InlineData("conv:20x5x5/identity,pool:2,500", "conv1 20x24x24 Identity; pool1 20x12x12 Identity; fc1 500 Relu")]
    [InlineData("conv:4x3x2/pad:1/stride:2,bn,pool:3/stride:2/ceil", "conv1 4x14x15 Identity; bn1 4x14x15 Relu; pool1 4x7x7 Identity")]
    [InlineData("conv:4x3x3/dilation:2,conv:6x3x3/groups:2/tanh,bn/sigmoid", "conv1 4x24x24 Relu; conv2 6x22x22 Tanh; bn1 6x22x22 Sigmoid")]
    [InlineData("conv:4x1x1,depthwise:3x3,average:2,dropout:0.5,global",
        "conv1 4x28x28 Relu; conv2 4x26x26 Relu; pool1 4x13x13 Identity; drop1 4x13x13 Identity; pool2 4 Identity")]
    public void Layers_are_what_their_spelling_says(string text, string expected)
    {
        var builder = new NetworkBuilder(new Shape(1, 28, 28), seed: 1);
        LayersArgument.AddTo(builder, text, Activation.Relu);
        TrainableNetwork network = builder.Dense(10, Activation.Softmax).Build("n");
        Assert.Equal(
            expected,
            string.Join("; ", network.Layers.SkipLast(1).Select(layer => $"{layer.Name} {layer.OutputShape} {layer.Activation.Kind}")));
    }

    [Theory]
    [InlineData("300,x", "--layers 300,x: 'x' is no layer")]
    [InlineData("300,,100", "'' is no layer")]
    [InlineData("conv:20x5", "'conv:20x5' has other sizes than conv:FILTERSxHEIGHTxWIDTH")]
    [InlineData("conv:20x5x5/stride:z", "gives no number for stride; write /stride:1")]
    [InlineData("conv:20x5x5/ceil", "has an option that a layer of its kind does not take")]
    [InlineData("pool:2/tanh", "has an option that a layer of its kind does not take")]
    [InlineData("conv:20x5x5/relu/tanh", "says something twice")]
    [InlineData("dropout", "names no part to drop")]
    [InlineData("dropout:1", "Layer 'drop1' drops 1 of its values")]
    [InlineData("conv:20x30x5", "Layer 'conv1' has a window that spans 30x5, but 1x28x28")]
    [InlineData("10,pool:2", "Layer 'pool1' has a window that spans 2x2, but 10 ")]
    [InlineData("conv:20x5x5/relux", "'relux' is no activation")]
    public void What_is_no_layer_is_refused_in_one_line(string text, string expected)
    {
        var builder = new NetworkBuilder(new Shape(1, 28, 28), seed: 1);
        string message = Assert.Throws<EspalierException>(() => LayersArgument.AddTo(builder, text, Activation.Relu)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
