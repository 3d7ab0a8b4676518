using Espalier.Compilation.Model;
using Espalier.Numerics;
using Espalier.Pruning.Gates;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Tests.Pruning.Gates;

public sealed class VariationalLayerTests
{
    private const ulong Key = 99;

    [Theory]
    [InlineData(1f, 0)]
    [InlineData(1f, 0.1)]
    [InlineData(0f, 0.1)] // the divergence alone
    public void Gradients_agree_with_central_differences_under_fixed_noise(float scale, double divergence)
    {
        VariationalLayer layer = Layer(divergence, warmUpEpochs: 0);
        Probe(layer, scale, divergence);
    }

    [Theory]
    [InlineData(1f, 0)]
    [InlineData(1f, 0.1)]
    public void Gradients_of_a_convolution_agree_with_central_differences_under_fixed_noise(float scale, double divergence)
    {
        var layer = new VariationalLayer(LayerProbe.PlainConvolution(), new VariationalSettings(divergence, 0, -1, 1.5, Key));
        for (int i = 0; i < 16; i++) layer.LogVariances.Values[i] += 0.15f * (i % 9 - 4);
        int outputs = layer.OutputShape.Length;
        double[][] noise = [.. Enumerable.Range(0, LayerProbe.Count).Select(sample => Normal(sample, outputs))];
        new LayerProbe(layer, scale).Check(
            (sample, output, weights, logVariances, inputs) =>
            {
                double mean = 0, variance = 1e-8;
                foreach ((int weight, int input) in LayerProbe.TapsOf(output))
                {
                    mean += weights[weight] * inputs[input];
                    if (layer.Weights.Mask![weight] == Parameter.Removed) continue;
                    variance += Math.Exp(logVariances[weight]) * inputs[input] * inputs[input];
                }

                return mean + Math.Sqrt(variance) * noise[sample][output];
            },
            (weights, logVariances) => weights.Select((weight, i) =>
                divergence * VariationalDivergenceTests.Fit(logVariances[i] - Math.Log(weight * weight + 1e-8))).Sum());
    }

    [Fact]
    public void The_divergence_warms_up_over_its_epochs() => Probe(Layer(0.3, warmUpEpochs: 4), 0, 0.3 / 4);

    [Fact]
    public void Sums_have_the_mean_and_variance_of_explicitly_sampled_weights()
    {
        const int Draws = 20_000;
        VariationalLayer layer = Layer(0, 0);
        var random = new SeededRandom(4);
        float[] sample = [.. Enumerable.Range(0, 9).Select(_ => (float)random.NextNormal())];
        float[] inputs = [.. Enumerable.Range(0, Draws).SelectMany(_ => sample)], sums = new float[Draws * 4];
        using var engine = new ComputeEngine(1);
        layer.Forward(engine, LayerProbe.PassThrough(layer, inputs, sums), Draws);

        for (int output = 0; output < 4; output++)
        {
            var explicitly = new double[Draws];
            for (int draw = 0; draw < Draws; draw++)
            {
                for (int i = 0; i < 9; i++)
                {
                    int weight = output * 9 + i;
                    if (layer.Weights.Mask![weight] == Parameter.Removed) continue;
                    double deviation = Math.Exp(layer.LogVariances.Values[weight] / 2);
                    explicitly[draw] += (layer.Weights.Values[weight] + deviation * random.NextNormal()) * sample[i];
                }
            }

            (double mean, double variance) = Moments(explicitly);
            (double ourMean, double ourVariance) = Moments([.. Enumerable.Range(0, Draws).Select(draw => (double)sums[draw * 4 + output])]);

            // Four standard errors of a difference of two estimates: of a mean, and (for normal numbers) of a variance.
            Assert.Equal(mean, ourMean, 4 * Math.Sqrt(2 * variance / Draws));
            Assert.Equal(variance, ourVariance, 4 * variance * Math.Sqrt(4.0 / Draws));
        }
    }

    [Fact]
    public void Weights_above_the_threshold_are_removed_and_the_others_keep_their_means()
    {
        VariationalLayer layer = Layer(0, 0);
        var weights = new float[36];
        var mask = new uint[36];
        layer.Settle(weights, mask);
        int removed = 0;
        for (int i = 0; i < 36; i++)
        {
            double mean = layer.Weights.Values[i];
            bool drowns = layer.LogVariances.Values[i] - Math.Log(mean * mean) > 1.5;
            bool expected = drowns || layer.Weights.Mask![i] == Parameter.Removed;
            Assert.Equal((expected, expected ? 0 : (float)mean), (mask[i] == Parameter.Removed, weights[i]));
            if (drowns) removed++;
        }

        Assert.InRange(removed, 5, 25);
        Assert.Equal(36 - mask.AsSpan().Count(Parameter.Removed), layer.ExpectedWeights);
        Assert.Equal(weights, ((DenseLayer)layer.ToLayer()!).Weights.ToDense());
    }

    private static VariationalLayer Layer(double divergence, double warmUpEpochs)
    {
        var layer = new VariationalLayer(LayerProbe.Plain(), new VariationalSettings(divergence, warmUpEpochs, -1, 1.5, Key));
        for (int i = 0; i < 36; i++) layer.LogVariances.Values[i] += 0.15f * (i % 9 - 4);
        return layer;
    }

    private static void Probe(VariationalLayer layer, float scale, double divergence)
    {
        double[][] noise = [.. Enumerable.Range(0, LayerProbe.Count).Select(sample => Normal(sample, 4))];
        new LayerProbe(layer, scale).Check(
            (sample, output, weights, logVariances, inputs) =>
            {
                double mean = 0, variance = 1e-8;
                for (int i = 0; i < 9; i++)
                {
                    mean += weights[output * 9 + i] * inputs[i];
                    if (layer.Weights.Mask![output * 9 + i] == Parameter.Removed) continue;
                    variance += Math.Exp(logVariances[output * 9 + i]) * inputs[i] * inputs[i];
                }

                return mean + Math.Sqrt(variance) * noise[sample][output];
            },
            (weights, logVariances) =>
            {
                double sum = 0;
                for (int i = 0; i < 36; i++)
                {
                    sum += divergence * VariationalDivergenceTests.Fit(logVariances[i] - Math.Log(weights[i] * weights[i] + 1e-8));
                }

                return sum;
            });
    }

    private static (double Mean, double Variance) Moments(double[] numbers)
    {
        double mean = numbers.Average();
        return (mean, numbers.Sum(number => (number - mean) * (number - mean)) / (numbers.Length - 1));
    }

    private static double[] Normal(int block, int length)
    {
        var numbers = new float[length];
        new CounterRandom(Key).FillNormal(LayerProbe.Step, block, numbers);
        return Array.ConvertAll(numbers, number => (double)number);
    }
}
