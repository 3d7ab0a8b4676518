using Espalier.Compilation.Model;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Curvature;

/// <summary>
/// An oracle: the recursion in double precision. It knows no derivative of any activation or loss but takes them by differences of the
/// functions themselves, so that it shares no formula with the library beyond the recursion.
/// </summary>
internal sealed class DoubleCurvature
{
    private const double Step = 5e-4;

    private readonly TrainableNetwork _network;
    private readonly DoubleNetwork _oracle;
    private readonly LossKind _loss;
    private readonly bool _isGaussNewton;

    public DoubleCurvature(TrainableNetwork network, LossKind loss, bool isGaussNewton)
    {
        (_network, _loss, _isGaussNewton, _oracle) = (network, loss, isGaussNewton, new DoubleNetwork(network));
        int layers = network.Layers.Count;
        OfSums = [.. network.Layers.Select(_ => new List<double>())];
        OfOutputs = [.. Enumerable.Range(0, layers - 1).Select(_ => new List<double>())];
        GradientOfSums = [.. network.Layers.Select(_ => new List<double>())];
        GradientOfOutputs = [.. Enumerable.Range(0, layers - 1).Select(_ => new List<double>())];
        OfWeights = [.. network.PrunableParameters.Select(weights => new double[weights.Values.Length])];
    }

    /// <summary>The smallest distance from zero, where rectifiers have their kink, of any sum of theirs.</summary>
    public double NearestKink { get; private set; } = double.MaxValue;

    public List<double>[] OfSums { get; }

    public List<double>[] OfOutputs { get; }

    public List<double>[] GradientOfSums { get; }

    public List<double>[] GradientOfOutputs { get; }

    public double[][] OfWeights { get; }

    public void Run(float[] inputs, float[] targets, int count)
    {
        int inputLength = _network.InputShape.Length, outputLength = _network.OutputShape.Length;
        for (int i = 0; i < count; i++)
        {
            double[] x = Array.ConvertAll(inputs[(i * inputLength)..((i + 1) * inputLength)], value => (double)value);
            RunSample(x, targets[(i * outputLength)..((i + 1) * outputLength)], 1.0 / count);
        }
    }

    private void RunSample(double[] x, float[] targets, double share)
    {
        int last = _network.Layers.Count - 1;
        var reads = new double[last + 1][];
        var sums = new double[last + 1][];
        for (int layer = 0; layer <= last; layer++)
        {
            reads[layer] = x;
            sums[layer] = Sums(layer, x);
            x = DoubleNetwork.Apply(_network.Layers[layer].Activation, sums[layer]);
        }

        (double[] gradient, double[] curvature) = OutputDerivatives(sums[last], targets);
        for (int layer = last; ; layer--)
        {
            GradientOfSums[layer].AddRange(gradient);
            OfSums[layer].AddRange(curvature);
            for (int o = 0; o < gradient.Length; o++)
            {
                for (int i = 0; i < reads[layer].Length; i++)
                {
                    OfWeights[layer][o * reads[layer].Length + i] += share * curvature[o] * reads[layer][i] * reads[layer][i];
                }
            }

            if (layer == 0) return;
            (gradient, curvature) = PassDown(layer, sums[layer - 1], gradient, curvature);
        }
    }

    private double[] Sums(int layer, double[] x)
    {
        double[] weights = _oracle.Parameter(2 * layer), z = (double[])_oracle.Parameter(2 * layer + 1).Clone();
        for (int o = 0; o < z.Length; o++)
        {
            for (int i = 0; i < x.Length; i++) z[o] += weights[o * x.Length + i] * x[i];
            NearestKink = Math.Min(NearestKink, DoubleNetwork.KinkDistance(_network.Layers[layer].Activation, z[o]));
        }

        return z;
    }

    private (double[] Gradient, double[] Curvature) OutputDerivatives(double[] sums, float[] targets)
    {
        Activation activation = _network.Layers[^1].Activation;
        double[] y = DoubleNetwork.Apply(activation, sums);
        double OfSum(double[] z) => DoubleNetwork.SampleLoss(_loss, DoubleNetwork.Apply(activation, z), targets);
        double OfValue(double[] v) => DoubleNetwork.SampleLoss(_loss, v, targets);

        // Cross-entropy with its own activation is one convex function of the sums: Gauss-Newton keeps all of it.
        bool isFused =
            (_loss, activation.Kind) is (LossKind.CategoricalCrossEntropy, _) or (LossKind.BinaryCrossEntropy, ActivationKind.Sigmoid);
        double stepOfValue = _loss == LossKind.MeanSquaredError ? Step : Math.Min(Step, y.Min() / 100); // probabilities stay above 0
        double[] gradient = new double[sums.Length], curvature = new double[sums.Length];
        for (int k = 0; k < sums.Length; k++)
        {
            gradient[k] = First(d => OfSum(Moved(sums, k, d)));
            if (!_isGaussNewton || isFused)
            {
                curvature[k] = DoubleNetwork.SecondDerivative(d => OfSum(Moved(sums, k, d)), Step);
                continue;
            }

            for (int i = 0; i < sums.Length; i++)
            {
                double slope = First(d => DoubleNetwork.Apply(activation, Moved(sums, k, d))[i]);
                curvature[k] += slope * slope * DoubleNetwork.SecondDerivative(d => OfValue(Moved(y, i, d)), stepOfValue);
            }
        }

        return (gradient, curvature);
    }

    private (double[] Gradient, double[] Curvature) PassDown(int layer, double[] sums, double[] gradientAbove, double[] curvatureAbove)
    {
        Activation activation = _network.Layers[layer - 1].Activation;
        double[] weights = _oracle.Parameter(2 * layer);
        double[] ofOutputs = new double[sums.Length], gradientOfOutputs = new double[sums.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            for (int o = 0; o < gradientAbove.Length; o++)
            {
                double weight = weights[o * sums.Length + i];
                gradientOfOutputs[i] += weight * gradientAbove[o];
                ofOutputs[i] += weight * weight * curvatureAbove[o];
            }
        }

        OfOutputs[layer - 1].AddRange(ofOutputs);
        GradientOfOutputs[layer - 1].AddRange(gradientOfOutputs);
        double[] gradient = new double[sums.Length], curvature = new double[sums.Length];
        for (int k = 0; k < sums.Length; k++)
        {
            for (int i = 0; i < sums.Length; i++)
            {
                double Value(double d) => DoubleNetwork.Apply(activation, Moved(sums, k, d))[i];
                double slope = First(Value);
                gradient[k] += gradientOfOutputs[i] * slope;
                curvature[k] += ofOutputs[i] * slope * slope;
                if (!_isGaussNewton) curvature[k] += gradientOfOutputs[i] * DoubleNetwork.SecondDerivative(Value, Step);
            }
        }

        return (gradient, curvature);
    }

    private static double First(Func<double, double> function) =>
        (8 * (function(Step) - function(-Step)) - function(2 * Step) + function(-2 * Step)) / (12 * Step);

    private static double[] Moved(double[] values, int index, double by)
    {
        var moved = (double[])values.Clone();
        moved[index] += by;
        return moved;
    }
}
