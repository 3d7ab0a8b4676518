using System.Numerics.Tensors;
using Espalier.Numerics;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Curvature;

/// <summary>
/// The recursion of Optimal Brain Damage (LeCun, Denker and Solla 1989), which is that of Wolfe et al. (2017) for outputs:
/// d2E/do_j^2 = sum_k w_kj^2 d2E/da_k^2 over the layer that reads o_j, and d2E/da_j^2 = h'^2 d2E/do_j^2 + h'' dE/do_j. It takes mixed
/// derivatives by two sums of a layer for zero. Gauss-Newton leaves the terms with h'' out.
/// </summary>
internal sealed class RecursiveCurvature : PatternCurvature
{
    private readonly bool _isGaussNewton;
    private readonly float[] _squares;

    /// <summary>Prepares the recursion.</summary>
    public RecursiveCurvature(SampleSweep sweep, bool isGaussNewton)
        : base(sweep, isGaussNewton)
    {
        _isGaussNewton = isGaussNewton;
        _squares = new float[Layers.Skip(1).Select(layer => layer.Weights.Values.Length).DefaultIfEmpty().Max()];
    }

    /// <inheritdoc/>
    protected override void BackpropagateCurvature(ComputeEngine engine, int count)
    {
        for (int i = Layers.Length - 1; i > 0; i--)
        {
            Parameter weights = Layers[i].Weights;
            TensorPrimitives.Multiply(weights.Values, weights.Values, _squares);
            engine.Product.Multiply(OfSums(i), _squares, OfOutputs(i - 1), count, weights.Columns, weights.Rows);
            Span<float> sums = Used(OfSums(i - 1), i - 1, count), outputs = Used(OfOutputs(i - 1), i - 1, count);
            outputs.CopyTo(sums);
            ReadOnlySpan<float> gradient = _isGaussNewton ? [] : Used(GradientOfOutputs(i - 1), i - 1, count);
            ActivationFunction.BackpropagateCurvature(Layers[i - 1].Activation, Values(i - 1, count), gradient, sums, weights.Columns);
        }
    }
}
