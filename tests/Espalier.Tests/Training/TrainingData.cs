using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;

namespace Espalier.Tests.Training;

/// <summary>A small problem of three overlapping clouds, and networks and options for it.</summary>
internal static class TrainingData
{
    public static Dataset Clouds(int count, ulong seed)
    {
        var random = new SeededRandom(seed);
        var inputs = new float[count * 5];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = random.Next(3);
            for (int j = 0; j < 5; j++) inputs[i * 5 + j] = (float)random.NextNormal() + (j == labels[i] ? 2 : 0);
        }

        return Dataset.Classification("clouds", Shape.Flat(5), inputs, labels, ["a", "b", "c"]);
    }

    public static TrainableNetwork Network(ulong seed = 1) =>
        TrainableNetwork.Perceptron("clouds", Shape.Flat(5), [19, 3], Activation.Relu, Activation.Softmax, seed);

    public static uint[][] Bits(TrainableNetwork network) =>
        [.. network.Parameters.Select(parameter => Array.ConvertAll(parameter.Values, FloatBits.Of))];
}
