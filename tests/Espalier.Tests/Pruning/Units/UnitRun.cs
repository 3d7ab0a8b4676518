using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Units;

/// <summary>What the tests of units share: networks with two hidden layers, and the loss of a network in double precision.</summary>
internal static class UnitRun
{
    public static Dataset Clouds { get; } = TrainingData.Clouds(700, 3);

    /// <summary>A 5-7-6-3 network that has learned the clouds.</summary>
    public static TrainableNetwork Trained(Activation hidden, LossKind loss = LossKind.CategoricalCrossEntropy, int epochs = 5)
    {
        Activation output = loss == LossKind.MeanSquaredError ? Activation.Sigmoid : Activation.Softmax;
        TrainableNetwork network = TrainableNetwork.Perceptron("units", Shape.Flat(5), [7, 6, 3], hidden, output, seed: 4);
        new Trainer(network, Clouds, null, PruningRun.Training(epochs) with { Loss = loss }).Run();
        return network;
    }

    public static PruningContext Context(TrainableNetwork network, LossKind loss = LossKind.CategoricalCrossEntropy) =>
        new(network, Clouds, loss);

    /// <summary>
    /// The mean loss by an independent evaluation in double precision, with <paramref name="change"/> done to the parameters.
    /// </summary>
    public static double Loss(TrainableNetwork network, LossKind kind, Action<DoubleNetwork>? change = null)
    {
        var oracle = new DoubleNetwork(network);
        change?.Invoke(oracle);
        var targets = new float[Clouds.Count * 3];
        for (int i = 0; i < Clouds.Count; i++) targets[3 * i + Clouds.Labels![i]] = 1;
        return oracle.Loss(kind, Clouds.Inputs, targets, Clouds.Count);
    }

    /// <summary>The change of the loss when a unit's outgoing weights are 0: the definition of switching it off.</summary>
    public static double SwitchOff(TrainableNetwork network, LossKind kind, int layer, int unit)
    {
        int rows = network.Layers[layer].OutputShape.Length, columns = network.Layers[layer].InputShape.Length;
        double without = Loss(network, kind, oracle =>
        {
            for (int row = 0; row < rows; row++) oracle.Parameter(2 * layer)[row * columns + unit] = 0;
        });
        return without - Loss(network, kind);
    }

    /// <summary>The largest difference of two networks' outputs over the clouds.</summary>
    public static double LargestDifference(TrainableNetwork left, TrainableNetwork right)
    {
        var (first, second) = (new DoubleNetwork(left), new DoubleNetwork(right));
        double largest = 0;
        for (int i = 0; i < Clouds.Count; i++)
        {
            double[] input = [.. Clouds.Input(i).ToArray().Select(value => (double)value)];
            largest = Math.Max(largest, first.Forward(input).Zip(second.Forward(input), (a, b) => Math.Abs(a - b)).Max());
        }

        return largest;
    }
}
