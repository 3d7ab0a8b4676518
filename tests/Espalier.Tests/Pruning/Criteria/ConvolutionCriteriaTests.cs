using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Criteria;

public sealed class ConvolutionCriteriaTests
{
    private static readonly Dataset s_images = ConvolutionData.Images(30, ConvolutionData.Image, 1);

    public static TheoryData<string> CriterionNames => [.. CriterionCatalog.All.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(CriterionNames))]
    public void Every_criterion_prunes_networks_with_convolutions_or_says_why_not(string name)
    {
        foreach (bool hasBranches in (bool[])[false, true])
        {
            TrainableNetwork network = hasBranches
                ? ConvolutionData.Branches(2, Activation.Relu, Activation.Softmax)
                : ConvolutionData.Chain(2, Activation.Relu, Activation.Softmax);
            PruningCriterion criterion = CriterionCatalog.All.First(entry => entry.Name == name).Create();
            var context = new PruningContext(network, s_images, LossKind.CategoricalCrossEntropy);
            foreach (RemovalBudget budget in (RemovalBudget[])
                [new(200, PruningScope.Global), new(150, PruningScope.PerLayer), RemovalBudget.PerLayer([.. Fractions(network)])])
            {
                if (criterion is ObsCriterion)
                {
                    string message = Assert.Throws<EspalierException>(() => criterion.Remove(context, budget)).Message;
                    Assert.Contains("'conv1'", message, StringComparison.Ordinal);
                    Assert.Contains("exact-obs", message, StringComparison.Ordinal);
                    continue;
                }

                criterion.Remove(context, budget);
                Assert.Equal(budget.Keep, network.LiveWeightCount);
                PruningRun.CheckRemoved(network);
            }
        }
    }

    [Fact]
    public void Activation_magnitude_is_the_squared_part_of_a_weight_in_its_sums_over_all_positions()
    {
        TrainableNetwork network = ConvolutionData.Chain(3, Activation.Relu, Activation.Softmax);
        float[][] scores = new ActivationMagnitudeCriterion().Score(new(network, s_images, LossKind.CategoricalCrossEntropy));
        var convolution = (TrainableConvolution)network.Layers[2];
        float[] read = InputsOf(network, 2);
        for (int i = 0; i < scores[1].Length; i++)
        {
            int filter = i / 12;
            double squares = ConvolutionData.Patches(convolution, read, filter / 3).Sum(row => row[i % 12] * row[i % 12]) / s_images.Count;
            double weight = convolution.Weights.Values[i];
            Assert.Equal(weight * weight * squares, scores[1][i], 1e-5 * scores[1].Max());
        }
    }

    [Fact]
    public void Lookahead_is_the_change_of_a_product_of_filters_and_of_blocks_of_columns()
    {
        // Of the product of three neighbours, the squares that a weight takes part in: all paths through it, each filter's taps apart.
        TrainableNetwork network = ConvolutionData.Chain(4, Activation.Relu, Activation.Softmax);
        float[][] scores = new LookaheadCriterion().Score(new(network, s_images, LossKind.CategoricalCrossEntropy));
        Parameter conv1 = network.PrunableParameters[0], conv2 = network.PrunableParameters[1], fc1 = network.PrunableParameters[2];
        for (int i = 0; i < conv2.Values.Length; i++)
        {
            // Filter k of conv2 reads channels 2 g and 2 g + 1 of its group g = k / 3, six taps each, and is columns 4 k to 4 k + 3 of fc1.
            (int filter, int column) = (i / 12, i % 12);
            int channel = filter / 3 * 2 + column / 6;
            double before = Squares(conv1.Values.AsSpan(channel * 18, 18));
            double after = Enumerable.Range(0, 5).Sum(row => Squares(fc1.Values.AsSpan(row * 24 + 4 * filter, 4)));
            Assert.Equal(conv2.Values[i] * (double)conv2.Values[i] * before * after, scores[1][i], 1e-5 * scores[1].Max());
        }

        for (int i = 0; i < conv1.Values.Length; i++)
        {
            int channel = i / 18, group = channel / 2;
            double after = Enumerable.Range(group * 3, 3).Sum(filter => Squares(conv2.Values.AsSpan(filter * 12 + channel % 2 * 6, 6)));
            Assert.Equal(conv1.Values[i] * (double)conv1.Values[i] * after, scores[0][i], 1e-5 * scores[0].Max());
        }
    }

    [Fact]
    public void Lookahead_finds_its_neighbours_through_normalisation_and_branches()
    {
        TrainableNetwork network = ConvolutionData.Branches(5, Activation.Relu, Activation.Softmax);
        float[][] scores = new LookaheadCriterion().Score(new(network, s_images, LossKind.CategoricalCrossEntropy));
        var norm = (TrainableBatchNormalization)network.Layers[1];
        (Parameter conv1, Parameter conv2, Parameter depth) =
            (network.PrunableParameters[0], network.PrunableParameters[1], network.PrunableParameters[2]);
        Parameter answer = network.PrunableParameters[3];
        for (int i = 0; i < conv2.Values.Length; i++)
        {
            // conv2 reads normalised filters of conv1; its filter k goes into the sum, and by it to filters 2 k and 2 k + 1 of depth.
            (int filter, int channel) = (i / 27, i % 27 / 9);
            double before = Squares(conv1.Values.AsSpan(channel * 18, 18)) * SquaredSlope(channel);
            double after = Squares(depth.Values.AsSpan(filter * 18, 18));
            Assert.Equal(conv2.Values[i] * (double)conv2.Values[i] * before * after, scores[1][i], 1e-5 * scores[1].Max());
        }

        for (int i = 0; i < depth.Values.Length; i++)
        {
            // Channels 0 to 2 are the sum of conv2 and of what it read; 3 and 4 the network's input.
            int filter = i / 9, channel = filter / 2;
            double before = channel >= 3
                ? 1
                : Squares(conv2.Values.AsSpan(channel * 27, 27)) + Squares(conv1.Values.AsSpan(channel * 18, 18)) * SquaredSlope(channel);
            double after = Enumerable.Range(0, 3).Sum(row => answer.Values[row * 10 + filter] * (double)answer.Values[row * 10 + filter]);
            Assert.Equal(depth.Values[i] * (double)depth.Values[i] * before * after, scores[2][i], 1e-5 * scores[2].Max());
        }

        double SquaredSlope(int c) =>
            norm.Scale.Values[c] * (double)norm.Scale.Values[c] / (norm.RunningVariance.Values[c] + (double)norm.Epsilon);
    }

    [Fact]
    public void Snip_is_the_derivative_by_the_mask_of_a_weight_wherever_it_works()
    {
        TrainableNetwork network = ConvolutionData.Chain(6, Activation.Tanh, Activation.Softmax);
        var context = new PruningContext(network, s_images, LossKind.CategoricalCrossEntropy);
        float[][] scores = new SnipCriterion { SampleCount = 30 }.Score(context);
        Parameter weights = network.PrunableParameters[1];
        double[] derivatives = [.. Enumerable.Range(0, weights.Values.Length).Select(Derivative)];
        double scale = scores[1].Max() / derivatives.Max();
        for (int i = 0; i < derivatives.Length; i++) Assert.Equal(derivatives[i] * scale, scores[1][i], 0.01 * scores[1].Max());

        double Derivative(int i)
        {
            float saved = weights.Values[i];
            weights.Values[i] = saved * 1.02f;
            double above = Evaluator.Evaluate(network, s_images, LossKind.CategoricalCrossEntropy).Loss;
            weights.Values[i] = saved * 0.98f;
            double below = Evaluator.Evaluate(network, s_images, LossKind.CategoricalCrossEntropy).Loss;
            weights.Values[i] = saved;
            return Math.Abs(above - below);
        }
    }

    private static IEnumerable<int> Fractions(TrainableNetwork network) =>
        network.PrunableParameters.Select(layer => Math.Max(1, layer.Values.Length / 6));

    private static double Squares(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values) sum += (double)value * value;
        return sum;
    }

    private static float[] InputsOf(TrainableNetwork network, int layer)
    {
        using var engine = new ComputeEngine(1);
        var sweep = new SampleSweep(network, s_images, LossKind.CategoricalCrossEntropy);
        float[] inputs = [];
        sweep.Run(engine, (_, count) => inputs = sweep.Pass.InputOf(layer)[..(count * network.Layers[layer].InputShape.Length)]);
        return inputs;
    }
}
