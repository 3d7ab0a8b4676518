using System.Numerics.Tensors;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units;

/// <summary>
/// First or second derivatives of each pattern's own loss E by what weighted layers read of units, batch by batch: dE/do_j = sum_k w_kj
/// dE/da_k, or by the recursion of Optimal Brain Damage d2E/do_j^2 = sum_k w_kj^2 d2E/da_k^2, over the sums a_k of one layer.
/// </summary>
internal sealed class ReadDerivatives
{
    private readonly SampleSweep _sweep;
    private readonly bool _isSecond;
    private readonly LayerPass?[] _passes;

    // The layers that read, or layers like them with squared weights.
    private readonly TrainableLayer[] _readers;

    /// <summary>Allocates for batches of <paramref name="sweep"/>, made with gradients.</summary>
    /// <param name="sweep">The passes to hang on to.</param>
    /// <param name="layers">The units of their network.</param>
    /// <param name="asked">The layers of units that are asked for have entries.</param>
    /// <param name="isSecond">Whether second derivatives are asked for.</param>
    public ReadDerivatives(SampleSweep sweep, UnitLayers layers, bool[][] asked, bool isSecond = false)
    {
        (_sweep, _isSecond) = (sweep, isSecond);
        _readers = [.. sweep.Network.Layers.Select(layer => isSecond && layer is TrainableWeightedLayer ? layer.Blank() : layer)];
        _passes = layers.ReaderPasses(sweep.Pass, asked, _readers);
        for (int i = 0; i < _passes.Length; i++)
        {
            if (_passes[i] is not LayerPass pass) continue;
            if (_readers[i] is TrainableConvolution) pass.Output = new float[checked(sweep.Pass.Capacity * _readers[i].OutputShape.Length)];
            pass.InputGradients = [new float[pass.Input.Length]];
        }
    }

    /// <summary>
    /// Computes the first derivatives by all sums of the network for the batch whose forward pass has just been done: per pattern, where
    /// <see cref="NetworkPass.Backward"/> would have them of the batch's mean.
    /// </summary>
    public static void BackpropagatePatterns(SampleSweep sweep, ComputeEngine engine, int start, int count)
    {
        sweep.EvaluateLoss(start, count);
        Span<float> gradient = sweep.Pass.LogitGradient.AsSpan(0, count * sweep.Network.OutputShape.Length);
        TensorPrimitives.Multiply(gradient, count, gradient);
        sweep.Pass.Backward(engine, count);
    }

    /// <summary>Takes derivatives by sums back to what was read.</summary>
    /// <param name="engine">Does the work.</param>
    /// <param name="count">The samples of the batch.</param>
    /// <param name="ofSums">The derivatives by the sums of a layer.</param>
    public void Backpropagate(ComputeEngine engine, int count, Func<int, float[]> ofSums)
    {
        for (int i = 0; i < _passes.Length; i++)
        {
            if (_passes[i] is not LayerPass pass) continue;
            if (_isSecond)
            {
                float[] weights = ((TrainableWeightedLayer)_sweep.Network.Layers[i]).Weights.Values;
                TensorPrimitives.Multiply(weights, weights, ((TrainableWeightedLayer)_readers[i]).Weights.Values);
            }

            // The whole pass had first derivatives too, but has summed them over all that read a value and taken them back through its
            // activation. A convolution goes back only from where it went forward.
            pass.OutputGradient = ofSums(i);
            if (pass.Output.Length > 0) _readers[i].Forward(engine, pass, count);
            _readers[i].Backward(engine, pass, count);
        }
    }

    /// <summary>
    /// The sum over a unit's numbers o in one sample of factor o dE/do, or of factor o^2 d2E/do^2, by way of one of those that read it.
    /// </summary>
    public double Product(UnitRead read, int sample, double factor)
    {
        LayerPass pass = _passes[read.Index]!;
        int width = read.Reader.InputShape.Length;
        ReadOnlySpan<float> outputs = read.Face.Of(pass.Input, sample, width), slopes = read.Face.Of(pass.InputGradient, sample, width);
        double sum = 0;
        for (int i = 0; i < outputs.Length; i++) sum += factor * outputs[i] * (_isSecond ? outputs[i] : 1) * slopes[i];
        return sum;
    }
}
