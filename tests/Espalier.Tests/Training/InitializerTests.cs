using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.Tests.Training;

public sealed class InitializerTests
{
    private const int FanIn = 400, FanOut = 200;

    public static TheoryData<ActivationKind, float, double> Variances() => new()
    {
        { ActivationKind.Relu, 0, 2.0 / FanIn },
        { ActivationKind.Elu, 1, 2.0 / FanIn },
        { ActivationKind.LeakyRelu, 0.5f, 2.0 / (1.25 * FanIn) },
        { ActivationKind.Selu, 0, 1.0 / FanIn },
        { ActivationKind.Tanh, 0, 2.0 / (FanIn + FanOut) },
        { ActivationKind.Sigmoid, 0, 2.0 / (FanIn + FanOut) },
        { ActivationKind.Softmax, 0, 2.0 / (FanIn + FanOut) },
        { ActivationKind.Identity, 0, 2.0 / (FanIn + FanOut) },
    };

    [Theory]
    [MemberData(nameof(Variances))]
    public void Weights_have_mean_zero_and_the_documented_variance(ActivationKind kind, float alpha, double variance)
    {
        var weights = new float[FanIn * FanOut];
        Initializer.Fill(weights, FanIn, FanOut, new Activation(kind, alpha), new SeededRandom(1));
        double mean = weights.Average(weight => (double)weight), square = weights.Average(weight => (double)weight * weight);

        // 80,000 draws: the mean's standard error is 0.35 % of the deviation, the variance's at most 0.5 % of itself. Five of them.
        Assert.Equal(0, mean / Math.Sqrt(variance), 0.018);
        Assert.Equal(1, square / variance, 0.025);
    }

    [Fact]
    public void The_seed_decides_the_weights()
    {
        Assert.Equal(TrainingData.Bits(TrainingData.Network(1)), TrainingData.Bits(TrainingData.Network(1)));
        Assert.NotEqual(TrainingData.Bits(TrainingData.Network(1)), TrainingData.Bits(TrainingData.Network(2)));
    }

    [Fact]
    public void A_network_starts_anew_as_it_was_made_from_the_same_seed_whatever_its_layers()
    {
        TrainableNetwork perceptron = TrainableNetwork.Perceptron("p", Shape.Flat(5), [7, 3], Activation.Tanh, Activation.Softmax, seed: 4);
        AssertSame(perceptron, Changed(perceptron).Restart(4));
        TrainableNetwork convolutional = Architecture.Find("cnn-fashion").Create("c", new(1, 12, 12), 3, Activation.Softmax, seed: 5);
        AssertSame(convolutional, Changed(convolutional).Restart(5));

        static TrainableNetwork Changed(TrainableNetwork network)
        {
            TrainableNetwork changed = network.Clone();
            foreach (Parameter parameter in changed.Parameters) parameter.Values.AsSpan().Fill(0.5f);
            changed.PrunableParameters[0].Freeze(new uint[changed.PrunableParameters[0].Values.Length]);
            return changed;
        }

        static void AssertSame(TrainableNetwork expected, TrainableNetwork actual)
        {
            Assert.Equal(
                expected.Parameters.Select(parameter => parameter.Values), actual.Parameters.Select(parameter => parameter.Values));
            Assert.Equal(actual.WeightCount, actual.LiveWeightCount);
        }
    }
}
