using Espalier.Compilation.Model;
using Espalier.Pruning;
using Espalier.Pruning.Curvature;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Curvature;

public sealed class PatternCurvatureTests
{
    public static TheoryData<ActivationKind, LossKind, bool> OutputsAndLosses()
    {
        var data = new TheoryData<ActivationKind, LossKind, bool>();
        foreach ((ActivationKind output, LossKind loss) in DerivativeProblem.OutputsAndLosses)
        {
            data.Add(output, loss, false);
            data.Add(output, loss, true);
        }

        return data;
    }

    public static TheoryData<ActivationKind, bool> HiddenActivations()
    {
        var data = new TheoryData<ActivationKind, bool>();
        foreach (Activation activation in DerivativeProblem.Activations)
        {
            data.Add(activation.Kind, false);
            data.Add(activation.Kind, true);
        }

        return data;
    }

    public static TheoryData<ActivationKind, ActivationKind, LossKind> PiecewiseLinear()
    {
        var data = new TheoryData<ActivationKind, ActivationKind, LossKind>();
        foreach (ActivationKind hidden in new[] { ActivationKind.Relu, ActivationKind.LeakyRelu, ActivationKind.Identity })
        {
            foreach ((ActivationKind output, LossKind loss) in DerivativeProblem.OutputsAndLosses) data.Add(hidden, output, loss);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(OutputsAndLosses))]
    public void The_recursion_agrees_with_double_precision_for_every_loss(ActivationKind output, LossKind loss, bool isGaussNewton) =>
        CheckRecursion(ActivationKind.Tanh, output, loss, isGaussNewton);

    [Theory]
    [MemberData(nameof(HiddenActivations))]
    public void The_recursion_agrees_with_double_precision_for_every_hidden_activation(ActivationKind hidden, bool isGaussNewton)
    {
        CheckRecursion(hidden, ActivationKind.Softmax, LossKind.CategoricalCrossEntropy, isGaussNewton);
        CheckRecursion(hidden, ActivationKind.Sigmoid, LossKind.MeanSquaredError, isGaussNewton);
    }

    [Theory]
    [MemberData(nameof(PiecewiseLinear))]
    public void The_exact_diagonal_agrees_with_differences_of_every_loss(ActivationKind hidden, ActivationKind output, LossKind loss)
    {
        const int Count = 12;
        TrainableNetwork network = Network(hidden, output);
        double[][] differences = DifferencesOfLoss(network, loss, Count, step: 2e-4, out double nearestKink);
        Assert.True(nearestKink > 1.5e-3, $"A sum lies {nearestKink:R} from a kink, too near for differences: change the seed.");
        double[][] exact = Diagonal(network, loss, Count, CurvatureKind.Exact);
        for (int i = 0; i < exact.Length; i++) Assert.InRange(RelativeError(exact[i], differences[i]), 0, 2e-6);
    }

    [Theory]
    [MemberData(nameof(PiecewiseLinear))]
    public void Exact_derivatives_by_sums_and_outputs_agree_with_differences(ActivationKind hidden, ActivationKind output, LossKind loss)
    {
        const double Step = 5e-4;
        TrainableNetwork network = Network(hidden, output);
        (float[] inputs, float[] targets) = DerivativeProblem.Samples(network, 1);
        var oracle = new DoubleNetwork(network);
        double Loss() => oracle.Loss(loss, inputs, targets, 1);
        Loss();
        Assert.True(oracle.NearestKink > 1.5e-3, $"A sum lies {oracle.NearestKink:R} from a kink: change the seed.");
        var sweep = new SampleSweep(network, DerivativeProblem.Data(network, 1), loss, withGradients: true);
        var curvature = PatternCurvature.Create(sweep, CurvatureKind.Exact);
        using var engine = new ComputeEngine(1);
        sweep.Run(engine, (start, count) => curvature.Backpropagate(engine, start, count));
        for (int layer = 0; layer < network.Layers.Count; layer++)
        {
            // A bias moves its unit's sum; all biases of the next layer, by the weights from a unit, what the unit's output would move.
            IEnumerable<int> units = Enumerable.Range(0, Units(layer));
            Compare(curvature.OfSums(layer), [.. units.Select(unit => oracle.SecondDerivative(Loss, 2 * layer + 1, unit, Step))]);
            if (layer == network.Layers.Count - 1) continue;
            Compare(
                curvature.OfOutputs(layer),
                [.. units.Select(unit => DoubleNetwork.SecondDerivative(by => MovedOutput(layer, unit, by), Step))]);
        }

        int Units(int layer) => network.Layers[layer].OutputShape.Length;

        double MovedOutput(int layer, int unit, double by)
        {
            double[] biases = oracle.Parameter(2 * layer + 3), weights = oracle.Parameter(2 * layer + 2), saved = (double[])biases.Clone();
            for (int i = 0; i < biases.Length; i++) biases[i] += by * weights[i * Units(layer) + unit];
            double moved = Loss();
            saved.CopyTo(biases, 0);
            return moved;
        }

        // Of one sample a whole layer of rectifiers may be off: differences of its losses are rounding, 2e-9.
        static void Compare(float[] actual, double[] expected)
        {
            double tolerance = 2e-8 + 1e-5 * expected.Max(Math.Abs);
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance);
        }
    }

    [Fact]
    public void Gauss_Newton_is_nowhere_negative_where_the_recursion_is()
    {
        TrainableNetwork network = Network(ActivationKind.Tanh, ActivationKind.Sigmoid);
        Assert.Contains(Diagonal(network, LossKind.MeanSquaredError, 12, CurvatureKind.Recursion), layer => layer.Min() < 0);
        Assert.All(Diagonal(network, LossKind.MeanSquaredError, 12, CurvatureKind.GaussNewton), layer => Assert.True(layer.Min() >= 0));
    }

    [Fact]
    public void With_squared_error_the_recursion_is_exact_for_the_last_two_layers_and_close_below()
    {
        TrainableNetwork network = DerivativeProblem.Network([5, 4, 3], Activation.Sigmoid, Activation.Sigmoid);
        (double[][] recursion, double[][] differences) = RecursionAndDifferences(network, LossKind.MeanSquaredError);
        Assert.InRange(RelativeError(recursion[2], differences[2]), 0, 1e-7);
        Assert.InRange(RelativeError(recursion[1], differences[1]), 0, 1e-7);
        Assert.InRange(RelativeError(recursion[0], differences[0]), 1e-3, 0.5);
        Assert.InRange(Correlation(recursion[0], differences[0]), 0.98, 1 - 1e-6);
    }

    [Fact]
    public void With_softmax_the_recursion_is_exact_for_the_last_layer_and_close_below()
    {
        TrainableNetwork network = DerivativeProblem.Network([5, 4, 3], Activation.Sigmoid, Activation.Softmax);
        (double[][] recursion, double[][] differences) = RecursionAndDifferences(network, LossKind.CategoricalCrossEntropy);
        Assert.InRange(RelativeError(recursion[2], differences[2]), 0, 1e-7);
        for (int i = 0; i < 2; i++)
        {
            Assert.InRange(RelativeError(recursion[i], differences[i]), 1e-3, 0.5);
            Assert.InRange(Correlation(recursion[i], differences[i]), 0.98, 1 - 1e-6);
        }
    }

    // The library's numbers are the double-precision recursion's to single precision; these are differences' to much more.
    private static (double[][] Recursion, double[][] Differences) RecursionAndDifferences(TrainableNetwork network, LossKind loss)
    {
        const int Count = 40;
        double[][] differences = DifferencesOfLoss(network, loss, Count, step: 1e-2, out _);
        DoubleCurvature recursion = Oracle(network, loss, isGaussNewton: false, Count);
        double[][] ours = Diagonal(network, loss, Count, CurvatureKind.Recursion);
        for (int i = 0; i < ours.Length; i++) Assert.InRange(RelativeError(ours[i], recursion.OfWeights[i]), 0, 2e-6);
        return (recursion.OfWeights, differences);
    }

    private static void CheckRecursion(ActivationKind hidden, ActivationKind output, LossKind loss, bool isGaussNewton)
    {
        const int Count = 9;
        TrainableNetwork network = Network(hidden, output);
        DoubleCurvature oracle = Oracle(network, loss, isGaussNewton, Count);
        Assert.True(oracle.NearestKink > 1.5e-3, $"A sum lies {oracle.NearestKink:R} from a kink: change the seed.");
        CurvatureKind kind = isGaussNewton ? CurvatureKind.GaussNewton : CurvatureKind.Recursion;
        double[][] weights = Diagonal(network, loss, Count, kind);
        for (int i = 0; i < weights.Length; i++) Assert.InRange(RelativeError(weights[i], oracle.OfWeights[i]), 0, 3e-6);

        // A batch of four, a second one, and a last one of one sample: what is left in the buffers must not matter.
        var sweep = new SampleSweep(network, DerivativeProblem.Data(network, Count), loss, withGradients: true, batchSize: 4);
        var curvature = PatternCurvature.Create(sweep, kind);
        using var engine = new ComputeEngine(1);
        sweep.Run(engine, (start, count) =>
        {
            curvature.Backpropagate(engine, start, count);
            for (int i = 0; i < weights.Length; i++)
            {
                Compare(curvature.OfSums(i), oracle.OfSums[i], i, start, count);
                Compare(curvature.GradientOfSums(i), oracle.GradientOfSums[i], i, start, count);
                if (i == weights.Length - 1) continue;
                Compare(curvature.OfOutputs(i), oracle.OfOutputs[i], i, start, count);
                Compare(curvature.GradientOfOutputs(i), oracle.GradientOfOutputs[i], i, start, count);
            }
        });

        void Compare(float[] actual, List<double> expected, int layer, int start, int count)
        {
            int length = network.Layers[layer].OutputShape.Length;
            double[] ours = Array.ConvertAll(actual[..(count * length)], value => (double)value);
            Assert.InRange(RelativeError(ours, [.. expected.Skip(start * length).Take(count * length)]), 0, 1e-5);
        }
    }

    private static TrainableNetwork Network(ActivationKind hidden, ActivationKind output) =>
        DerivativeProblem.Network([7, 6, 4], DerivativeProblem.Find(hidden), DerivativeProblem.Find(output));

    private static double[][] Diagonal(TrainableNetwork network, LossKind loss, int count, CurvatureKind kind) =>
        WeightCurvature.Diagonal(new PruningContext(network, DerivativeProblem.Data(network, count), loss), kind);

    private static DoubleCurvature Oracle(TrainableNetwork network, LossKind loss, bool isGaussNewton, int count)
    {
        (float[] inputs, float[] targets) = DerivativeProblem.Samples(network, count);
        var oracle = new DoubleCurvature(network, loss, isGaussNewton);
        oracle.Run(inputs, targets, count);
        return oracle;
    }

    private static double[][] DifferencesOfLoss(TrainableNetwork network, LossKind loss, int count, double step, out double nearestKink)
    {
        (float[] inputs, float[] targets) = DerivativeProblem.Samples(network, count);
        var oracle = new DoubleNetwork(network);
        oracle.Loss(loss, inputs, targets, count);
        nearestKink = oracle.NearestKink;
        var differences = new double[network.PrunableParameters.Count][];
        for (int i = 0; i < differences.Length; i++)
        {
            differences[i] = new double[network.PrunableParameters[i].Values.Length];
            for (int j = 0; j < differences[i].Length; j++)
            {
                differences[i][j] = oracle.SecondDerivative(() => oracle.Loss(loss, inputs, targets, count), 2 * i, j, step);
            }
        }

        return differences;
    }

    // In the Frobenius norm.
    private static double RelativeError(double[] actual, double[] expected)
    {
        double error = 0, norm = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            error += Math.Pow(actual[i] - expected[i], 2);
            norm += Math.Pow(expected[i], 2);
        }

        return norm == 0 ? Math.Sqrt(error) : Math.Sqrt(error / norm);
    }

    private static double Correlation(double[] a, double[] b)
    {
        double meanA = a.Average(), meanB = b.Average(), product = 0, squareA = 0, squareB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += (a[i] - meanA) * (b[i] - meanB);
            squareA += Math.Pow(a[i] - meanA, 2);
            squareB += Math.Pow(b[i] - meanB, 2);
        }

        return product / Math.Sqrt(squareA * squareB);
    }
}
