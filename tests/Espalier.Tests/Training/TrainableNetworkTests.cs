using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.Tests.Training;

public sealed class TrainableNetworkTests
{
    [Fact]
    public void A_network_goes_in_and_out_with_all_its_bits()
    {
        var random = new SeededRandom(1);
        float[] First() => [.. Enumerable.Range(0, 12).Select(i => i % 3 == 0 ? 0 : (float)random.NextNormal())];
        var network = new Network(
            "bits", new Shape(1, 2, 2),
            new([
                Dense("first", 3, 4, First(), [1e-42f, -0f, 3], Activation.LeakyRelu(0.2f)),
                Dense("second", 2, 3, [1, 0, float.Epsilon, 0, 0, -2], [0, 1], Activation.Softmax),
            ]),
            default);
        Assert.Equal(network, TrainableNetwork.FromNetwork(network).ToNetwork());
        Assert.Equal(network, TrainableNetwork.FromNetwork(network).Clone().ToNetwork());
    }

    [Fact]
    public void Zeros_are_frozen_on_request_alone()
    {
        var network = new Network(
            "zeros", Shape.Flat(2), new([Dense("fc", 2, 2, [1, 0, 0, 2], [0, 0], Activation.Identity)]), default);
        Assert.Equal(4, TrainableNetwork.FromNetwork(network).LiveWeightCount);
        TrainableNetwork frozen = TrainableNetwork.FromNetwork(network, freezeZeros: true);
        Assert.Equal(2, frozen.LiveWeightCount);
        Assert.Equal([Parameter.Live, Parameter.Removed, Parameter.Removed, Parameter.Live], frozen.PrunableParameters[0].Mask!);
        Assert.Null(frozen.Parameters[1].Mask);
        Assert.Equal(2, frozen.Clone().LiveWeightCount);
    }

    [Fact]
    public void Layers_that_do_not_fit_are_refused()
    {
        TrainableLayer[] layers = [new TrainableDense("a", 3, 4, Activation.Relu), new TrainableDense("b", 5, 2, Activation.Relu)];
        var error = Assert.Throws<EspalierException>(() => new TrainableNetwork("n", Shape.Flat(3), layers));
        Assert.Contains("'b' reads 5", error.Message, StringComparison.Ordinal);
        Assert.Throws<EspalierException>(() => Perceptron([]));
        Assert.Throws<EspalierException>(() => Perceptron([4, 0]));
        Assert.Throws<EspalierException>(() => new TrainableDense("n", 1, 1, Activation.LeakyRelu(-0.5f)));

        static TrainableNetwork Perceptron(int[] widths) =>
            TrainableNetwork.Perceptron("n", Shape.Flat(3), widths, Activation.Relu, Activation.Relu, seed: 1);
    }

    [Fact]
    public void A_mask_must_fit()
    {
        Parameter weights = new TrainableDense("fc", 2, 2, Activation.Relu).Weights;
        Assert.Throws<ArgumentException>(() => weights.Freeze([Parameter.Live]));
        Assert.Throws<ArgumentException>(() => weights.Freeze([0, 1, 2, 3]));
    }

    private static DenseLayer Dense(string name, int outputs, int inputs, float[] weights, float[] biases, Activation activation) =>
        new(name, SparseMatrix.FromDense(outputs, inputs, weights), new FloatVector(biases), activation);
}
