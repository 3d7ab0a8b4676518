using System.Numerics.Tensors;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units;

/// <summary>The derivatives of each pattern's own loss by what weighted layers read of units, batch by batch.</summary>
internal sealed class ReadGradients
{
    private readonly SampleSweep _sweep;
    private readonly LayerPass?[] _readers;

    /// <summary>Allocates for batches of <paramref name="sweep"/>, made with gradients.</summary>
    /// <param name="sweep">The passes to hang on to.</param>
    /// <param name="layers">The units of their network.</param>
    /// <param name="asked">The layers of units that are asked for have entries.</param>
    public ReadGradients(SampleSweep sweep, UnitLayers layers, bool[][] asked)
    {
        _sweep = sweep;
        _readers = layers.ReaderPasses(sweep.Pass, asked);
        for (int i = 0; i < _readers.Length; i++)
        {
            if (_readers[i] is not LayerPass pass) continue;
            if (sweep.Network.Layers[i] is TrainableConvolution layer) pass.Output = new float[checked(sweep.Pass.Capacity * layer.OutputShape.Length)];
            pass.OutputGradient = sweep.Pass.GradientOfSums(i);
            pass.InputGradients = [new float[pass.Input.Length]];
        }
    }

    /// <summary>Differentiates the batch whose forward pass has just been done: call it from <see cref="SampleSweep.Run"/>.</summary>
    /// <param name="engine">Does the work.</param>
    /// <param name="start">The batch's first sample.</param>
    /// <param name="count">The samples of the batch.</param>
    public void Backpropagate(ComputeEngine engine, int start, int count)
    {
        _sweep.EvaluateLoss(start, count);
        Span<float> gradient = _sweep.Pass.LogitGradient.AsSpan(0, count * _sweep.Network.OutputShape.Length);
        TensorPrimitives.Multiply(gradient, count, gradient); // of each pattern's loss in place of their mean
        _sweep.Pass.Backward(engine, count);
        for (int i = 0; i < _readers.Length; i++)
        {
            if (_readers[i] is not LayerPass pass) continue;

            // The whole pass had these derivatives too, but has summed them over all that read a value and taken them back through its
            // activation. A convolution goes back only from where it went forward.
            if (pass.Output.Length > 0) _sweep.Network.Layers[i].Forward(engine, pass, count);
            _sweep.Network.Layers[i].Backward(engine, pass, count);
        }
    }

    /// <summary>The sum over a unit's numbers o in one sample of factor o dE/do, by way of one of those that read it.</summary>
    public double Product(UnitRead read, int sample, double factor = 1)
    {
        LayerPass pass = _readers[read.Index]!;
        int width = read.Reader.InputShape.Length;
        ReadOnlySpan<float> outputs = read.Face.Of(pass.Input, sample, width), slopes = read.Face.Of(pass.InputGradient, sample, width);
        double sum = 0;
        for (int i = 0; i < outputs.Length; i++) sum += factor * outputs[i] * slopes[i];
        return sum;
    }
}
