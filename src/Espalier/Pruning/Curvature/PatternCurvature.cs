using System.Numerics.Tensors;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Curvature;

/// <summary>
/// First and second derivatives of each pattern's own loss E by every sum a_j and every hidden output o_j = h(a_j), batch by batch, in a
/// network of any layers. All are samples x values, per pattern: neither summed nor averaged over the batch.
/// </summary>
internal abstract class PatternCurvature
{
    private readonly float[][] _gradientOfOutputs, _ofOutputs;

    /// <summary>Allocates for the batches of <paramref name="sweep"/>.</summary>
    /// <param name="sweep">The passes to hang on to, made with gradients.</param>
    /// <param name="isGaussNewton">Whether the last activation's second derivative is left out.</param>
    protected PatternCurvature(SampleSweep sweep, bool isGaussNewton)
    {
        if (!sweep.Pass.HasGradients) throw new ArgumentException("The passes have no gradients.", nameof(sweep));
        (Sweep, Layers) = (sweep, sweep.Network.Layers);
        _ofOutputs = Allocate(Layers.Count - 1);
        _gradientOfOutputs = Allocate(Layers.Count - 1);
        TrainableLayer end = Layers[^1];
        Hessian = new OutputHessian(sweep.Loss, end.Activation, end.OutputShape.Length, sweep.Pass.Capacity, isGaussNewton);
    }

    /// <summary>The passes.</summary>
    protected SampleSweep Sweep { get; }

    /// <summary>The layers in order.</summary>
    protected IReadOnlyList<TrainableLayer> Layers { get; }

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
    public abstract float[] OfSums(int layer);

    /// <summary>d2E/do^2 of hidden layer <paramref name="layer"/>.</summary>
    public float[] OfOutputs(int layer) => _ofOutputs[layer];

    /// <summary>
    /// Computes all derivatives of the batch whose forward pass has just been done: call it from <see cref="SampleSweep.Run"/>. The
    /// gradients of the network's parameters change.
    /// </summary>
    /// <param name="engine">Does the work.</param>
    /// <param name="start">The batch's first sample.</param>
    /// <param name="count">The samples of the batch.</param>
    /// <param name="ofWeights">
    /// Where d2E/dw^2, summed over the batch, is added for every weight: an array for each of
    /// <see cref="TrainableNetwork.PrunableParameters"/>; or null.
    /// </param>
    /// <returns>The loss summed over the batch.</returns>
    public double Backpropagate(ComputeEngine engine, int start, int count, double[][]? ofWeights = null)
    {
        double loss = Sweep.EvaluateLoss(start, count);
        int last = Layers.Count - 1;
        Span<float> gradient = Used(GradientOfSums(last), last, count);
        TensorPrimitives.Multiply(gradient, count, gradient); // of each pattern's loss in place of their mean
        Sweep.Pass.Backward(engine, count, layer =>
        {
            Used(GradientOfSums(layer), layer, count).CopyTo(GradientOfOutputs(layer));
            Sweep.Pass.BackwardThroughActivation(layer, count);
        });
        ReadOnlySpan<float> outputs = Sweep.Outputs[..gradient.Length];
        Hessian.Evaluate(Used(Sweep.Pass.Logits, last, count), outputs, Sweep.Targets(start, count), gradient);
        Hessian.Diagonal(outputs, Used(OfSums(last), last, count));
        BackpropagateCurvature(engine, count, ofWeights);
        return loss;
    }

    /// <summary>Computes the second derivatives of the hidden layers, and adds those of the weights.</summary>
    protected abstract void BackpropagateCurvature(ComputeEngine engine, int count, double[][]? ofWeights);

    /// <summary>The part of a buffer of layer <paramref name="layer"/> that a batch of <paramref name="count"/> samples uses.</summary>
    protected Span<float> Used(float[] buffer, int layer, int count) => buffer.AsSpan(0, count * Layers[layer].OutputShape.Length);

    /// <summary>Where the activation of hidden layer <paramref name="layer"/> is differentiated.</summary>
    protected ReadOnlySpan<float> Points(int layer, int count) => Used(Sweep.Pass.Layer(layer).Points, layer, count);

    /// <summary>A buffer for each of the first layers, of a number for each value of a batch.</summary>
    protected float[][] Allocate(int layers) =>
        [.. Layers.Take(layers).Select(layer => new float[checked(Sweep.Pass.Capacity * layer.OutputShape.Length)])];
}
