using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Kernels;
using MathNet.Numerics.LinearAlgebra;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// Net-Trim (Aghasi, Abdi, Nguyen and Romberg 2017): each layer of a trained ReLU network is replaced by the one of least |U|_1 that gives
/// nearly the same outputs: within eps where they are active, and no active one where they are not. That is a convex program for each unit.
/// </summary>
public static class NetTrim
{
    /// <summary>Prunes <paramref name="network"/> in place.</summary>
    /// <param name="network">A network of dense layers with ReLU, but for the last one, whose sums are kept near.</param>
    /// <param name="data">The samples on which outputs are compared.</param>
    /// <param name="options">All other choices; null for the defaults.</param>
    /// <param name="progress">Told the part that is done, 0 to 1, after each layer; or null.</param>
    /// <param name="cancellation">Ends the run and leaves the network as it was.</param>
    /// <returns>What became of each layer.</returns>
    /// <exception cref="EspalierException">A hidden layer has no ReLU, the data do not fit, or an option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static IReadOnlyList<NetTrimLayer> Prune(
        TrainableNetwork network, Dataset data, NetTrimOptions? options = null, IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new NetTrimOptions();
        options.Validate();
        SampleSweep.RequireSamples(network, data);
        TrainableDense[] layers = [.. network.Layers.Select(layer => RequireRelu(layer, isLast: layer == network.Layers[^1]))];
        int count = Math.Min(options.Samples, data.Count);
        double[] dense = Inputs(data, count), pruned = dense;
        var reports = new List<NetTrimLayer>();
        var solutions = new List<double[]>();
        double bound = 0;
        using var team = new ThreadTeam(Environment.ProcessorCount);
        foreach (TrainableDense layer in layers)
        {
            var trim = new NetTrimUnits(layer, dense, count, isLinear: layer == layers[^1]);
            double[] read = options.Form == NetTrimForm.Parallel ? dense : pruned;
            NetTrimUnits.Solution solution = trim.Solve(read, isFirst: reports.Count == 0, options, team, cancellation);

            // The layer's map is Lipschitz with the largest singular value of its weights: errors of the layers before grow by no more.
            double carried = options.Form == NetTrimForm.Parallel ? Lipschitz(layer, solution.Values) * bound : 0;
            bound = solution.LargestError + carried;
            dense = trim.Outputs;
            pruned = NetTrimUnits.Run(pruned, count, solution.Values, layer.Weights.Rows, isLinear: layer == layers[^1]);
            reports.Add(Report(layer, solution, dense, pruned, bound));
            solutions.Add(solution.Values);
            progress?.Report((double)reports.Count / layers.Length);
        }

        for (int i = 0; i < layers.Length; i++) Write(layers[i], solutions[i]);
        return reports;
    }

    private static TrainableDense RequireRelu(TrainableLayer layer, bool isLast) => layer switch
    {
        not TrainableDense => throw new EspalierException(
            $"Layer '{layer.Name}' is a {layer.GetType().Name}; Net-Trim works on dense layers."),
        _ when !isLast && layer.Activation.Kind != ActivationKind.Relu => throw new EspalierException(
            $"Layer '{layer.Name}' has {layer.Activation.Kind}; the program of Net-Trim is convex for ReLU only."),
        _ => (TrainableDense)layer,
    };

    // Samples x (values + 1), the last one 1 for the bias.
    private static double[] Inputs(Dataset data, int count)
    {
        int length = data.InputShape.Length, width = length + 1;
        var inputs = new double[count * width];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> input = data.Input((int)((long)i * data.Count / count));
            for (int j = 0; j < length; j++) inputs[i * width + j] = input[j];
            inputs[i * width + length] = 1;
        }

        return inputs;
    }

    private static double Lipschitz(TrainableDense layer, double[] values)
    {
        (int rows, int columns) = (layer.Weights.Rows, layer.Weights.Columns);
        return Matrix<double>.Build.Dense(rows, columns, (row, column) => values[row * (columns + 1) + column]).L2Norm();
    }

    private static NetTrimLayer Report(
        TrainableDense layer, NetTrimUnits.Solution solution, double[] dense, double[] pruned, double bound)
    {
        int width = layer.Weights.Columns + 1, after = 0;
        double normBefore = 0, normAfter = 0;
        for (int i = 0; i < solution.Values.Length; i++)
        {
            if (i % width == width - 1) continue;
            normBefore += Math.Abs(layer.Weights.Values[i / width * (width - 1) + i % width]);
            normAfter += Math.Abs(solution.Values[i]);
            after += solution.Values[i] != 0 ? 1 : 0;
        }

        // Every row ends with the 1 for the next layer's bias, which is no output.
        double ones = (double)dense.Length / (layer.Weights.Rows + 1);
        double outputNorm = Math.Sqrt(Math.Max(0, TensorPrimitives.SumOfSquares<double>(dense) - ones));
        return new NetTrimLayer(layer.Weights.Name, layer.Weights.LiveCount, after, normBefore, normAfter, solution.Epsilon,
            TensorPrimitives.Distance<double>(dense, pruned), outputNorm, bound, solution.Iterations);
    }

    private static void Write(TrainableDense layer, double[] values)
    {
        int width = layer.Weights.Columns + 1;
        var mask = new uint[layer.Weights.Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int row = i / width, column = i % width;
            if (column == width - 1)
            {
                layer.Biases.Values[row] = (float)values[i];
                continue;
            }

            layer.Weights.Values[row * (width - 1) + column] = (float)values[i];
            mask[row * (width - 1) + column] = values[i] != 0 ? Parameter.Live : Parameter.Removed;
        }

        layer.Weights.Freeze(mask);
    }
}
