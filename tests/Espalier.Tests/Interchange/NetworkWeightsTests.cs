using Espalier.Compilation.Model;
using Espalier.Interchange;
using Espalier.Tests.Shared;

namespace Espalier.Tests.Interchange;

public sealed class NetworkWeightsTests
{
    [Fact]
    public void Weights_written_as_safetensors_come_back_into_the_same_layers()
    {
        foreach (int seed in Enumerable.Range(0, 20))
        {
            Network network = GraphNetworks.Random(seed);
            IReadOnlyList<NamedArray> arrays = SafetensorsFile.Parse("f", SafetensorsFile.ToBytes(NetworkWeights.Of(network)));
            IReadOnlyList<NamedArray> written = NetworkWeights.Of(network);
            Assert.Equal(written.Select(one => one.Name), arrays.Select(one => one.Name));
            Assert.All(written.Zip(arrays), pair => Assert.Equal(pair.First.Array.Values, pair.Second.Array.Values));
            Assert.All(written.Zip(arrays), pair => Assert.Equal(pair.First.Array.Shape, pair.Second.Array.Shape));

            // Named in the order of the layers, as PyTorch numbers those of a sequence.
            var order = network.Layers.Select(layer => layer.Name).ToList();
            NamedArray[] numbered =
                [.. arrays.Select(one => one with { Name = $"{order.IndexOf(one.Name.Split('.')[0])}.{one.Name.Split('.')[1]}" })];
            Network filled = NetworkWeights.Fill(network, numbered.Reverse().ToArray());
            Assert.Equal(network.Layers, filled.Layers);
        }
    }

    [Fact]
    public void Layers_named_otherwise_are_found_by_their_shapes()
    {
        Network network = Perceptron(4, 3, 2);
        NamedArray[] arrays =
            [Array("z/kernel:0", [3, 4], 1), Array("z/bias:0", [3], 2), Array("a/kernel:0", [2, 3], 3), Array("a/bias:0", [2], 4)];
        var layers = NetworkWeights.Fill(network, arrays).Layers.Cast<DenseLayer>().ToArray();
        Assert.Equal((1f, 2f, 3f, 4f), (layers[0].Weights.Value(0), layers[0].Biases[0], layers[1].Weights.Value(0), layers[1].Biases[0]));
    }

    [Fact]
    public void Arrays_in_order_need_no_names()
    {
        NamedArray[] arrays = [Array("w1", [3, 4], 1), Array("b1", [3], 2), Array("w2", [2, 3], 3)];
        var layers = NetworkWeights.Fill(Perceptron(4, 3, 2), arrays).Layers.Cast<DenseLayer>().ToArray();
        Assert.Equal((2f, 3f, 0f), (layers[0].Biases[0], layers[1].Weights.Value(0), layers[1].Biases[0]));
    }

    [Fact]
    public void What_does_not_fit_is_told_with_names_and_shapes()
    {
        NamedArray[] wrong = [Array("fc1.weight", [4, 3], 1), Array("fc2.weight", [2, 3], 3)];
        string message = Assert.Throws<EspalierException>(() => NetworkWeights.Fill(Perceptron(4, 3, 2), wrong)).Message;
        Assert.Contains("(3 x 4)", message, StringComparison.Ordinal);
        Assert.Contains("'fc1.weight' (4 x 3)", message, StringComparison.Ordinal);
        Assert.Contains("1 layers have arrays",
            Assert.Throws<EspalierException>(() => NetworkWeights.Fill(Perceptron(4, 3, 2), wrong[..1])).Message, StringComparison.Ordinal);
    }

    /// <summary>Keras: rows are inputs, an image is flattened channels last.</summary>
    [Fact]
    public void Weights_of_keras_are_put_in_order()
    {
        var image = new Shape(2, 1, 3);
        var window = new Window(1, 2);
        var convolution = new ConvolutionLayer(
            "c", image, window, 1, SparseMatrix.FromDense(2, 4, new float[8]), new FloatVector(new float[2]), Activation.Identity);
        var dense = new DenseLayer("d", SparseMatrix.FromDense(1, 4, new float[4]), new FloatVector(new float[1]), Activation.Identity);
        var network = new Network("n", image, new([convolution, dense]), default);

        // Kernel (u, c, k) = 100 u + 10 c + k; dense (x, c) = 10 x + c.
        float[] kernel = [.. Enumerable.Range(0, 8).Select(i => 100f * (i / 4) + 10 * (i / 2 % 2) + i % 2)];
        float[] rows = [0, 1, 10, 11];
        Layer[] filled = [.. NetworkWeights.Fill(
            network, [new("c/kernel", new NpyArray([1, 2, 2, 2], kernel)), new("d/kernel", new NpyArray([4, 1], rows))],
            isInputMajor: true).Layers];

        Assert.Equal([0f, 100, 10, 110, 1, 101, 11, 111], ((ConvolutionLayer)filled[0]).Weights.ToDense());
        Assert.Equal([0f, 10, 1, 11], ((DenseLayer)filled[1]).Weights.ToDense());
    }

    private static NamedArray Array(string name, int[] shape, float value) =>
        new(name, new NpyArray(shape, [.. Enumerable.Repeat(value, shape.Aggregate(1, (a, b) => a * b))]));

    private static Network Perceptron(params int[] sizes) =>
        new("n", Shape.Flat(sizes[0]), new(sizes.Zip(sizes.Skip(1)).Select((pair, i) => new DenseLayer(
        $"d{i}", SparseMatrix.FromDense(pair.Second, pair.First, new float[pair.First * pair.Second]),
        new FloatVector(new float[pair.Second]), Activation.Identity))), default);
}
