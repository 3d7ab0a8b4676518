using System.Numerics.Tensors;
using Espalier.Numerics;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Curvature;

/// <summary>
/// The recursion of Optimal Brain Damage (LeCun, Denker and Solla 1989), which is that of Wolfe et al. (2017) for outputs:
/// d2E/do_j^2 = sum_k (da_k/do_j)^2 d2E/da_k^2 over the sums that read o_j, and d2E/da_j^2 = h'^2 d2E/do_j^2 + h'' dE/do_j. It takes mixed
/// derivatives by two sums of a layer for zero. Gauss-Newton leaves the terms with h'' out. A weight that works at several positions of an
/// image has the sum of what it has at each.
/// </summary>
/// <remarks>
/// Squared derivatives go back through a layer as derivatives do through its twin, whose own derivatives are squares
/// (<see cref="SquaredTwin"/>); and what the twin finds for its weights from squared inputs, sum_k z^2 d2E/da_k^2, is d2E/dw^2.
/// </remarks>
internal sealed class RecursiveCurvature : PatternCurvature
{
    private readonly bool _isGaussNewton;
    private readonly TrainableLayer[] _twins;
    private readonly NetworkPass _pass;

    /// <summary>Prepares the recursion.</summary>
    public RecursiveCurvature(SampleSweep sweep, bool isGaussNewton)
        : base(sweep, isGaussNewton)
    {
        _isGaussNewton = isGaussNewton;
        TrainableNetwork network = sweep.Network;
        _twins = [.. network.Layers.Select(SquaredTwin.Of)];
        _pass = new NetworkPass(new TrainableNetwork(network.Name, network.InputShape, _twins), sweep.Pass.Capacity, withGradients: true);
        for (int i = 0; i < _twins.Length; i++)
        {
            float[][] read = sweep.Pass.Layer(i).Inputs;
            _pass.Layer(i).Inputs = _twins[i] is TrainableWeightedLayer ? [new float[read[0].Length]] : read;
        }
    }

    /// <inheritdoc/>
    public override float[] OfSums(int layer) => _pass.GradientOfSums(layer);

    /// <inheritdoc/>
    protected override void BackpropagateCurvature(ComputeEngine engine, int count, double[][]? ofWeights)
    {
        for (int i = 0; i < _twins.Length; i++)
        {
            SquaredTwin.Refresh(Layers[i], _twins[i]);
            if (_twins[i] is TrainableWeightedLayer)
            {
                ReadOnlySpan<float> inputs = Sweep.Pass.InputOf(i).AsSpan(0, count * Layers[i].InputShape.Length);
                TensorPrimitives.Multiply(inputs, inputs, _pass.InputOf(i));
            }

            // What a layer must know on the way back, such as which of its inputs a maximum chose, it learns on the way there.
            _twins[i].Forward(engine, _pass.Layer(i), count);
        }

        _pass.Backward(engine, count, layer =>
        {
            Span<float> curvature = Used(OfSums(layer), layer, count);
            curvature.CopyTo(OfOutputs(layer));
            ReadOnlySpan<float> gradient = _isGaussNewton ? [] : Used(GradientOfOutputs(layer), layer, count);
            ActivationDerivative.BackpropagateCurvature(
                Layers[layer].Activation, Points(layer, count), gradient, curvature, Layers[layer].OutputShape.Length);
        });
        if (ofWeights is not null) AddOfWeights(ofWeights);
    }

    private void AddOfWeights(double[][] sums)
    {
        int next = 0;
        foreach (TrainableWeightedLayer twin in _twins.OfType<TrainableWeightedLayer>())
        {
            double[] sum = sums[next++];
            for (int i = 0; i < sum.Length; i++) sum[i] += twin.Weights.Gradient[i];
        }
    }
}
