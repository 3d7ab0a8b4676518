using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Layerwise;
using Espalier.Pruning.Patterns;
using Espalier.Training;
using MathNet.Numerics.LinearAlgebra;

namespace Espalier.Tests.Pruning.Layerwise;

/// <summary>Random problems, and their layers' second moments by the definition alone.</summary>
internal static class LayerwiseData
{
    /// <summary>Correlated inputs, of which <paramref name="dead"/> are always zero.</summary>
    public static Dataset Inputs(int count, int inputs, ulong seed, int[]? dead = null, int outputs = 2)
    {
        var random = new SeededRandom(seed);
        var values = new float[count * inputs];
        for (int i = 0; i < count; i++)
        {
            double common = random.NextNormal();
            for (int j = 0; j < inputs; j++)
            {
                values[i * inputs + j] = dead?.Contains(j) == true ? 0 : (float)(random.NextNormal() + 0.8 * common + 0.3 * (j % 3));
            }
        }

        return Dataset.Regression("random", Shape.Flat(inputs), values, new float[count * outputs], outputs);
    }

    public static TrainableNetwork Network(int inputs, int[] widths, ulong seed, Activation? hidden = null)
    {
        TrainableNetwork network = TrainableNetwork.Perceptron(
            "random", Shape.Flat(inputs), widths, hidden ?? Activation.Relu, Activation.Identity, seed);
        var random = new SeededRandom(seed + 1);
        foreach (Parameter parameter in network.Parameters)
        {
            for (int i = 0; i < parameter.Values.Length; i++) parameter.Values[i] = (float)random.NextNormal();
        }

        return network;
    }

    /// <summary>The Hessian of the first layer: the mean of [x;1] [x;1]^T with the ridge at live inputs.</summary>
    public static Matrix<double> FirstHessian(Dataset data, double ridge)
    {
        int inputs = data.InputShape.Length;
        Matrix<double> hessian = Matrix<double>.Build.Dense(inputs + 1, inputs + 1);
        for (int sample = 0; sample < data.Count; sample++)
        {
            Vector<double> x = Vector<double>.Build.Dense(inputs + 1, i => i == inputs ? 1 : data.Inputs[sample * inputs + i]);
            hessian += x.OuterProduct(x);
        }

        hessian /= data.Count;
        for (int i = 0; i < inputs; i++) hessian[i, i] += hessian[i, i] > 0 ? ridge : 0;
        return hessian;
    }

    /// <summary>
    /// The least w' H w' / 2 over moves of all weights but those of <paramref name="gone"/>, which become zero; and the weights.
    /// </summary>
    public static (double Loss, Vector<double> Weights) BestWithout(
        Matrix<double> hessian, Vector<double> weights, IReadOnlyCollection<int> gone)
    {
        int[] stay = [.. Enumerable.Range(0, weights.Count).Where(i => !gone.Contains(i))];
        Matrix<double> system = Matrix<double>.Build.Dense(stay.Length, stay.Length, (i, j) => hessian[stay[i], stay[j]]);
        Vector<double> side = hessian * weights, solved = system.Solve(Vector<double>.Build.Dense(stay.Length, i => side[stay[i]]));
        Vector<double> best = Vector<double>.Build.Dense(weights.Count);
        for (int i = 0; i < stay.Length; i++) best[stay[i]] = solved[i];
        Vector<double> move = best - weights;
        return (move * (hessian * move) / 2, best);
    }

    /// <summary>The weights of a unit, followed by its bias.</summary>
    public static Vector<double> Row(TrainableNetwork network, int layer, int row)
    {
        var dense = (TrainableDense)network.Layers[layer];
        int inputs = dense.Weights.Columns;
        return Vector<double>.Build.Dense(inputs + 1, i => i == inputs ? dense.Biases.Values[row] : dense.Weights.Values[row * inputs + i]);
    }

    /// <summary>The inputs of a unit whose weights are gone.</summary>
    public static int[] Gone(TrainableNetwork network, int layer, int row)
    {
        Parameter weights = ((TrainableDense)network.Layers[layer]).Weights;
        return [.. Enumerable.Range(0, weights.Columns).Where(i => weights.Mask?[row * weights.Columns + i] == Parameter.Removed)];
    }

    /// <summary>All traces of a network without damping, by a pattern that even small layers keep to.</summary>
    public static IReadOnlyList<ExactObsTrace> Traces(TrainableNetwork network, Dataset data, PruningPattern? pattern = null) =>
        ExactObsTrace.ComputeAll(network, data, Layout(network, pattern ?? PruningPattern.Weights), damping: 0, threads: 1);

    /// <summary>A pattern over the layers as they are, however small.</summary>
    public static PatternLayout Layout(TrainableNetwork network, PruningPattern pattern) => new(
        pattern, [.. network.PrunableParameters.Select(layer => LayerLayout.Consecutive(pattern, layer.Rows, layer.Columns))]);
}
