using System.Numerics.Tensors;
using Espalier.Numerics;
using Espalier.Pruning.Layerwise;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Units;

/// <summary>The buffers of one thread that tries what a batch's loss is when a unit yields a constant.</summary>
internal sealed class SwitchOffTrial : IDisposable
{
    private readonly SampleSweep _sweep;
    private readonly ComputeEngine _engine = new(threads: 1);
    private readonly OutputLoss _loss;
    private readonly TrainableDense[] _layers;
    private readonly float[][] _outputs;

    /// <summary>Allocates for batches of <paramref name="sweep"/>, which it reads.</summary>
    public SwitchOffTrial(SampleSweep sweep, LossKind loss)
    {
        _sweep = sweep;
        _layers = DenseLayers.Of(sweep.Network);
        _loss = new OutputLoss(loss, _layers[^1].Activation, _layers[^1].OutputShape.Length, sweep.Pass.Capacity);
        _outputs = [.. _layers.Select(layer => new float[checked(sweep.Pass.Capacity * layer.OutputShape.Length)])];
    }

    /// <summary>The loss summed over the batch under way, with one unit at <paramref name="replacement"/>.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="outgoing">Its outgoing weights.</param>
    /// <param name="replacement">What it yields for every sample.</param>
    /// <param name="sums">The sums of the layer that reads it, samples x outputs.</param>
    /// <param name="start">The first sample of the batch.</param>
    /// <param name="count">Their number.</param>
    public double Loss(UnitId unit, float[] outgoing, float replacement, float[] sums, int start, int count)
    {
        float[] values = _sweep.Pass.InputOf(unit.Layer), updated = _outputs[unit.Layer];
        int width = _sweep.Network.Layers[unit.Layer].InputShape.Length, length = outgoing.Length;
        for (int sample = 0; sample < count; sample++)
        {
            float change = replacement - values[sample * width + unit.Unit];
            ReadOnlySpan<float> before = sums.AsSpan(sample * length, length);
            TensorPrimitives.MultiplyAdd(outgoing, change, before, updated.AsSpan(sample * length, length));
        }

        for (int i = unit.Layer; i < _layers.Length - 1; i++)
        {
            int outputs = _layers[i].OutputShape.Length;
            ActivationFunction.Apply(_layers[i].Activation, _outputs[i].AsSpan(0, count * outputs), outputs);
            _layers[i + 1].Forward(_engine, _outputs[i], _outputs[i + 1], count);
        }

        return _loss.Evaluate(_outputs[^1], _sweep.Targets(start, count), [], count);
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();
}
