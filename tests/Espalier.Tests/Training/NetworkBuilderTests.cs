using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.Tests.Training;

public sealed class NetworkBuilderTests
{
    private static readonly Shape s_image = new(1, 28, 28);

    [Theory]
    [InlineData("lenet-300-100", 266_200)]
    [InlineData("lenet-5-caffe", 430_500)]
    [InlineData("lenet-5", 61_470)]
    [InlineData("cnn-fashion", 206_736)]
    public void Architectures_have_the_weights_that_they_are_known_for(string name, int weights)
    {
        TrainableNetwork network = Architecture.Find(name).Create("n", s_image, 10, Activation.Softmax, seed: 1);
        Assert.Equal(weights, network.WeightCount);
        Assert.Equal(Shape.Flat(10), network.OutputShape);
        Assert.All(network.PrunableParameters, parameter => Assert.Contains(parameter.Values, value => value != 0));
    }

    [Fact]
    public void The_Caffe_form_has_no_activation_before_its_dense_layers()
    {
        TrainableNetwork network = Architecture.Find("lenet-5-caffe").Create("n", s_image, 10, Activation.Softmax, seed: 1);
        Assert.Equal(
            [
                "conv1 20x24x24 Identity", "pool1 20x12x12 Identity", "conv2 50x8x8 Identity",
                "pool2 50x4x4 Identity", "fc1 500 Relu", "fc2 10 Softmax",
            ],
            network.Layers.Select(layer => $"{layer.Name} {layer.OutputShape} {layer.Activation.Kind}"));
    }

    [Fact]
    public void A_perceptron_built_or_named_has_the_same_bits()
    {
        var perceptron = TrainableNetwork.Perceptron("n", s_image, [300, 100, 10], Activation.Relu, Activation.Softmax, seed: 3);
        Assert.Equal(
            perceptron.ToNetwork(), Architecture.Find("lenet-300-100").Create("n", s_image, 10, Activation.Softmax, seed: 3).ToNetwork());
    }

    [Fact]
    public void Starting_weights_of_a_convolution_keep_the_variance_of_what_a_filter_reads()
    {
        TrainableNetwork network = new NetworkBuilder(new(16, 9, 9), seed: 1)
            .Convolution(400, Window.Square(3), Activation.Relu)
            .Convolution(400, Window.Square(3), Activation.Identity, groups: 4).Build("n");
        Assert.Equal(2.0 / (16 * 9), MeanSquare(network.PrunableParameters[0]), 2e-4);
        Assert.Equal(2.0 / (100 * 9 + 100 * 9), MeanSquare(network.PrunableParameters[1]), 2e-5);

        static double MeanSquare(Parameter parameter) => parameter.Values.Average(value => (double)value * value);
    }

    [Fact]
    public void Branches_read_what_they_are_told_to()
    {
        var builder = new NetworkBuilder(new(2, 6, 6), seed: 1);
        builder.Convolution(4, Window.Square(3, padding: 1), Activation.Relu);
        string trunk = builder.Last;
        builder.Depthwise(Window.Square(3, padding: 1), Activation.Relu).Addition(Activation.Relu, trunk);
        string sum = builder.Last;
        builder.From(trunk).AveragePooling(Window.Square(3, stride: 1, padding: 1)).Concatenation(sum, Layer.InputName).GlobalAverage();
        TrainableNetwork network = builder.Dense(3, Activation.Softmax).Build("n");
        Assert.Equal(new Shape(10, 1, 1), network.Layers[^2].OutputShape);
        Assert.Equal([0], network.SourcesOf(3));
        Assert.Equal([3, 2, -1], network.SourcesOf(4));
        Assert.False(network.IsChain);
    }

    [Fact]
    public void What_cannot_be_built_is_refused_before_memory_is_taken()
    {
        Refused("known are lenet-300-100,", () => Architecture.Find("lenet"));
        Refused("Layer 'fc1': a layer of 2000000000 units is too large", () => Builder().Dense(2_000_000_000, default));
        Refused("give fewer units", () => Builder().Dense(30_000, default));
        Refused("give fewer units", () => Builder().Convolution(1_000_000, Window.Square(28), default));
        Refused("Layer 'conv1' has 0 filters", () => Builder().Convolution(0, Window.Square(3), default));
        Refused("No layer added so far is called 'x'", () => Builder().From("x"));
        Refused("No layer added so far is called 'x'", () => Builder().Concatenation("x"));
        Refused("has no layer", () => Builder().Build("n"));

        NetworkBuilder Builder() => new(s_image, 1);
        void Refused(string expected, Func<object> make) =>
            Assert.Contains(expected, Assert.Throws<EspalierException>(make).Message, StringComparison.Ordinal);
    }
}
