using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Surgery;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Surgery;

/// <summary>Small problems, and networks at a minimum of them.</summary>
internal static class SurgeryData
{
    public const double Decay = 1e-3;

    /// <summary>Targets that a network of the same shape made, with noise.</summary>
    public static Dataset Regression(int inputs, int outputs, int count, ulong seed)
    {
        var random = new SeededRandom(seed);
        var x = new float[count * inputs];
        var t = new float[count * outputs];
        for (int i = 0; i < x.Length; i++) x[i] = (float)random.NextNormal();
        for (int i = 0; i < t.Length; i++)
        {
            t[i] = (float)(0.5 + 0.3 * Math.Sin(x[i / outputs * inputs] + i % outputs) + 0.1 * random.NextNormal());
        }

        return Dataset.Regression("noisy sines", Shape.Flat(inputs), x, t, outputs);
    }

    public static TrainableNetwork Perceptron(int inputs, int[] widths, Activation hidden, Activation output, ulong seed) =>
        TrainableNetwork.Perceptron("small", Shape.Flat(inputs), widths, hidden, output, seed);

    /// <summary>A sigmoid network of 5-4-3 on the three clouds, at a minimum.</summary>
    public static (TrainableNetwork Network, Dataset Data) Clouds(ulong seed = 1)
    {
        Dataset data = Tests.Training.TrainingData.Clouds(150, 1);
        TrainableNetwork network = Perceptron(5, [4, 3], Activation.Sigmoid, Activation.Softmax, seed);
        FullBatchTrainer.Train(network, data, LossKind.CategoricalCrossEntropy, new FullBatchOptions { WeightDecay = Decay });
        return (network, data);
    }

    public static (FlatNetwork Flat, FlatObjective Objective) Flatten(
        TrainableNetwork network, Dataset data, LossKind loss, double decay = 0)
    {
        var flat = new FlatNetwork(network);
        return (flat, new FlatObjective(network, flat, data, loss, decay));
    }

    /// <summary>Spearman's rank correlation.</summary>
    public static double RankCorrelation(double[] a, double[] b) => MathNet.Numerics.Statistics.Correlation.Spearman(a, b);
}
