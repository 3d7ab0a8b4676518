using Espalier.Compilation.Model;
using Espalier.Pruning.Patterns;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Patterns;

/// <summary>Random networks and scores, and what a pattern asks of a mask, by the definition alone.</summary>
internal static class PatternProblem
{
    public static TrainableNetwork Network(int inputs, params int[] widths) =>
        TrainableNetwork.Perceptron("random", Shape.Flat(inputs), widths, Activation.Relu, Activation.Identity, 1);

    /// <summary>Scores of which many are equal, or all are different.</summary>
    public static float[][] Scores(TrainableNetwork network, SeededRandom random, bool withTies) =>
        [.. network.PrunableParameters.Select(layer => Enumerable.Range(0, layer.Values.Length)
            .Select(_ => withTies ? random.Next(5) : random.NextSingle() + 1e-3f).ToArray())];

    /// <summary>The number of live weights of a layer's unit in a slice.</summary>
    public static int Count(Parameter layer, LayerLayout layout, int unit, int slice) => Enumerable.Range(0, layer.Columns)
        .Count(input => layout.SliceOfInput[input] == slice && IsLive(layer, unit * layer.Columns + input));

    public static bool IsLive(Parameter layer, int weight) => layer.Mask?[weight] != Parameter.Removed;

    /// <summary>The sum of the scores that a mask keeps.</summary>
    public static double Kept(TrainableNetwork network, float[][] scores) => network.PrunableParameters.Select((layer, i) =>
        Enumerable.Range(0, layer.Values.Length).Where(weight => IsLive(layer, weight)).Sum(weight => (double)scores[i][weight])).Sum();
}
