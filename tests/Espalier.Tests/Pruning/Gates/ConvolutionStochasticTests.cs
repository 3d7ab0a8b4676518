using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Gates;
using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Tests.Pruning.Gates;

public sealed class ConvolutionStochasticTests
{
    private static readonly Dataset s_images = ConvolutionData.Images(240, ConvolutionData.Image, 1);

    [Theory]
    [InlineData("filters", false)]
    [InlineData("weights", false)]
    [InlineData("samples", false)]
    [InlineData("variational", false)]
    [InlineData("filters", true)]
    [InlineData("variational", true)]
    public void Networks_with_convolutions_are_pruned_and_keep_their_other_layers_trained(string kind, bool hasBranches)
    {
        TrainableNetwork network = hasBranches
            ? ConvolutionData.Branches(3, Activation.Relu, Activation.Softmax)
            : ConvolutionData.Chain(3, Activation.Relu, Activation.Softmax);
        TrainableNetwork before = network.Clone(), again = network.Clone();
        StochasticPruningLog log = Run(kind, network, threads: 1);
        Assert.Equal(network.PrunableParameters.Select(weights => weights.LiveCount), log.Layers.Select(layer => layer.Weights));
        Assert.InRange(log.WeightsAfter, 1, before.WeightCount - 1);
        PruningRun.CheckRemoved(network);
        if (hasBranches) Assert.NotEqual(before.Layers[1].Parameters[2].Values, network.Layers[1].Parameters[2].Values);
        Run(kind, again, threads: 2);
        Assert.Equal(Tests.Training.TrainingData.Bits(network), Tests.Training.TrainingData.Bits(again));
    }

    [Fact]
    public void A_closed_filter_gate_removes_all_weights_of_the_filter_and_an_unread_filter_goes_too()
    {
        TrainableNetwork network = ConvolutionData.Chain(4, Activation.Relu, Activation.Softmax);
        Run("filters", network, threads: 1, lambda: 0.1);
        foreach (Parameter weights in network.PrunableParameters.Take(2))
        {
            for (int filter = 0; filter < weights.Rows; filter++)
            {
                int live = Enumerable.Range(filter * weights.Columns, weights.Columns).Count(weights.IsLive);
                Assert.True(live == 0 || live == weights.Columns, $"Filter {filter} of {weights.Name} has {live} weights left.");
            }
        }

        // conv2's filters are four columns each of fc1.
        (Parameter conv2, Parameter fc1) = (network.PrunableParameters[1], network.PrunableParameters[2]);
        for (int filter = 0; filter < 6; filter++)
        {
            bool isRead = Enumerable.Range(0, 5).Any(row => Enumerable.Range(4 * filter, 4).Any(column => fc1.IsLive(row * 24 + column)));
            if (!isRead) Assert.DoesNotContain(true, Enumerable.Range(filter * 12, 12).Select(conv2.IsLive));
        }

        Assert.True(network.LiveWeightCount < network.WeightCount);
    }

    private static StochasticPruningLog Run(string kind, TrainableNetwork network, int threads, double lambda = 0.05)
    {
        var training = new TrainingOptions
        {
            Epochs = 30, BatchSize = 20, LearningRate = LearningRateSchedule.Constant(0.03), Threads = threads, Seed = 5,
        };
        if (kind == "variational")
        {
            return new VariationalDropoutPruner(network, s_images, null, new VariationalDropoutOptions
            {
                Training = training, WarmUpEpochs = 10, StartLogVariance = -6, DivergenceScale = 0.3,
            }).Run();
        }

        return new L0Pruner(network, s_images, null, new L0Options
        {
            Training = training,
            Lambda = [lambda],
            Group = kind == "weights" ? GateGroup.Weight : GateGroup.Input,
            GatePerSample = kind == "samples",
            AverageDecay = 0.9,
        }).Run();
    }
}
