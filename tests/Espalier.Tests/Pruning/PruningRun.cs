using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Tests.Pruning;

/// <summary>What the tests of whole runs share: a small problem, a network that has learned it, and checks.</summary>
internal static class PruningRun
{
    public static Dataset Train { get; } = TrainingData.Clouds(300, 1);

    public static Dataset Validation { get; } = TrainingData.Clouds(200, 2);

    private static readonly TrainableNetwork s_dense = TrainDense();

    public static TrainingOptions Training(int epochs = 2) =>
        new() { Epochs = epochs, BatchSize = 32, LearningRate = LearningRateSchedule.Constant(5e-3), Threads = 1 };

    /// <summary>A trained network of 5-19-3, 152 weights, of its own.</summary>
    public static TrainableNetwork Dense() => s_dense.Clone();

    /// <summary>A set with target values in place of the classes.</summary>
    public static Dataset WithTargets(Dataset data) => Dataset.Regression(
        "targets", data.InputShape, data.Inputs,
            [.. data.Labels!.SelectMany(label => Enumerable.Range(0, 3).Select(i => i == label ? 1f : 0f))], 3);

    /// <summary>Throws unless every removed weight is +0 to the bit.</summary>
    public static void CheckRemoved(TrainableNetwork network)
    {
        foreach (Parameter layer in network.PrunableParameters)
        {
            if (layer.Mask is not uint[] mask) continue;
            for (int i = 0; i < mask.Length; i++)
            {
                if (mask[i] == Parameter.Removed && FloatBits.Of(layer.Values[i]) != 0)
                {
                    Assert.Fail($"{layer.Name}[{i}] is {layer.Values[i]:R}.");
                }
            }
        }
    }

    /// <summary>Throws unless the log tells of the same network from round to round.</summary>
    public static void CheckLog(PruningLog log, TrainableNetwork network)
    {
        int weights = log.WeightsBefore;
        for (int i = 0; i < log.Rounds.Count; i++)
        {
            PruningRound round = log.Rounds[i];
            Assert.Equal((i + 1, weights), (round.Round, round.WeightsBefore));
            Assert.Equal(network.PrunableParameters.Select(layer => (layer.Name, layer.Values.Length)),
                round.Layers.Select(layer => (layer.Name, layer.All)));
            Assert.All(round.Layers, layer => Assert.InRange(layer.After, 0, layer.Before));
            Assert.Equal(round.Threshold is not null, round.WeightsAfter < round.WeightsBefore);
            if (!round.IsTakenBack) weights = round.WeightsAfter;
        }

        Assert.Equal((weights, weights), (log.WeightsAfter, network.LiveWeightCount));
    }

    /// <summary>Throws unless two logs are equal in all they hold.</summary>
    public static void CheckEqual(PruningLog expected, PruningLog actual)
    {
        Assert.Equal(expected with { Rounds = [] }, actual with { Rounds = [] });
        Assert.Equal(expected.Rounds.Select(round => round with { Layers = [] }),
            actual.Rounds.Select(round => round with { Layers = [] }));
        Assert.Equal(expected.Rounds.SelectMany(round => round.Layers), actual.Rounds.SelectMany(round => round.Layers));
    }

    private static TrainableNetwork TrainDense()
    {
        TrainableNetwork network = TrainingData.Network();
        new Trainer(network, Train, null, Training(15)).Run();
        return network;
    }
}
