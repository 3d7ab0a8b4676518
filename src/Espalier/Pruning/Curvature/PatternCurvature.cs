using System.Numerics.Tensors;
using Espalier.Numerics;
using Espalier.Pruning.Layerwise;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Curvature;

/// <summary>
/// First and second derivatives of each pattern's own loss E by every sum a_j and every hidden output o_j = h(a_j), batch by batch.
/// All are samples x units, per pattern: neither summed nor averaged over the batch.
/// </summary>
internal abstract class PatternCurvature
{
    private readonly float[][] _gradientOfOutputs, _ofOutputs, _ofSums;

    /// <summary>Allocates for the batches of <paramref name="sweep"/>.</summary>
    /// <param name="sweep">The passes to hang on to, made with gradients.</param>
    /// <param name="isGaussNewton">Whether the last activation's second derivative is left out.</param>
    protected PatternCurvature(SampleSweep sweep, bool isGaussNewton)
    {
        if (!sweep.Pass.HasGradients) throw new ArgumentException("The passes have no gradients.", nameof(sweep));
        Sweep = sweep;
        Layers = DenseLayers.Of(sweep.Network);
        int capacity = sweep.Pass.Capacity;
        _ofSums = Allocate(Layers.Length);
        _ofOutputs = Allocate(Layers.Length - 1);
        _gradientOfOutputs = Allocate(Layers.Length - 1);
        TrainableDense last = Layers[^1];
        Hessian = new OutputHessian(sweep.Loss, last.Activation, last.OutputShape.Length, capacity, isGaussNewton);

        float[][] Allocate(int layers) => [.. Layers.Take(layers).Select(layer => new float[checked(capacity * layer.OutputShape.Length)])];
    }

    /// <summary>The passes.</summary>
    protected SampleSweep Sweep { get; }

    /// <summary>The layers in order.</summary>
    protected TrainableDense[] Layers { get; }

    /// <summary>The second derivatives at the end of the network.</summary>
    protected OutputHessian Hessian { get; }

    /// <summary>Makes the method of this kind.</summary>
    /// <exception cref="EspalierException">The exact diagonal is asked of a network that is not piecewise linear.</exception>
    public static PatternCurvature Create(SampleSweep sweep, CurvatureKind kind) => kind switch
    {
        CurvatureKind.Recursion => new RecursiveCurvature(sweep, isGaussNewton: false),
        CurvatureKind.GaussNewton => new RecursiveCurvature(sweep, isGaussNewton: true),
        CurvatureKind.Exact => new ExactCurvature(sweep),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>dE/da of layer <paramref name="layer"/>.</summary>
    public float[] GradientOfSums(int layer) => Sweep.Pass.GradientOfSums(layer);

    /// <summary>dE/do of hidden layer <paramref name="layer"/>.</summary>
    public float[] GradientOfOutputs(int layer) => _gradientOfOutputs[layer];

    /// <summary>d2E/da^2 of layer <paramref name="layer"/>.</summary>
    public float[] OfSums(int layer) => _ofSums[layer];

    /// <summary>d2E/do^2 of hidden layer <paramref name="layer"/>.</summary>
    public float[] OfOutputs(int layer) => _ofOutputs[layer];

    /// <summary>
    /// Computes all derivatives of the batch whose forward pass has just been done: call it from <see cref="SampleSweep.Run"/>.
    /// </summary>
    /// <param name="engine">Does the work.</param>
    /// <param name="start">The batch's first sample.</param>
    /// <param name="count">The samples of the batch.</param>
    /// <returns>The loss summed over the batch.</returns>
    public double Backpropagate(ComputeEngine engine, int start, int count)
    {
        double loss = Sweep.EvaluateLoss(start, count);
        int last = Layers.Length - 1;
        Span<float> gradient = Used(GradientOfSums(last), last, count);
        TensorPrimitives.Multiply(gradient, count, gradient); // of each pattern's loss in place of their mean
        for (int i = last; i > 0; i--)
        {
            Parameter weights = Layers[i].Weights;
            engine.Product.Multiply(GradientOfSums(i), weights.Values, GradientOfOutputs(i - 1), count, weights.Columns, weights.Rows);
            Span<float> sums = Used(GradientOfSums(i - 1), i - 1, count);
            Used(GradientOfOutputs(i - 1), i - 1, count).CopyTo(sums);
            ActivationFunction.Backpropagate(Layers[i - 1].Activation, Values(i - 1, count), sums, weights.Columns);
        }

        ReadOnlySpan<float> outputs = Sweep.Outputs[..gradient.Length];
        Hessian.Evaluate(outputs, Sweep.Targets(start, count), gradient);
        Hessian.Diagonal(outputs, Used(OfSums(last), last, count));
        if (last > 0) BackpropagateCurvature(engine, count);
        return loss;
    }

    /// <summary>Computes the second derivatives of the hidden layers.</summary>
    protected abstract void BackpropagateCurvature(ComputeEngine engine, int count);

    /// <summary>The part of a buffer of layer <paramref name="layer"/> that a batch of <paramref name="count"/> samples uses.</summary>
    protected Span<float> Used(float[] buffer, int layer, int count) => buffer.AsSpan(0, count * Layers[layer].OutputShape.Length);

    /// <summary>The values of hidden layer <paramref name="layer"/>.</summary>
    protected ReadOnlySpan<float> Values(int layer, int count) => Used(Sweep.Pass.Output(layer), layer, count);
}
