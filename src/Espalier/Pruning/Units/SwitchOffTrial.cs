using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Numerics;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Units;

/// <summary>
/// The buffers of one thread that tries what a batch's loss is when a unit yields constants. Only what depends on the unit is computed
/// again, and of the layers that read it only the unit's own part of their sums.
/// </summary>
internal sealed class SwitchOffTrial : IDisposable
{
    private readonly SampleSweep _sweep;
    private readonly ComputeEngine _engine = new(threads: 1);
    private readonly OutputLoss _loss;
    private readonly LayerPass?[] _layers;
    private readonly bool[] _isChanged;
    private readonly Dictionary<(int Reader, int Channels), ChannelShare> _shares = [];

    /// <summary>Allocates for batches of <paramref name="sweep"/>, which it reads.</summary>
    public SwitchOffTrial(SampleSweep sweep, LossKind loss)
    {
        _sweep = sweep;
        _layers = new LayerPass?[sweep.Network.Layers.Count];
        _isChanged = new bool[_layers.Length];
        TrainableLayer last = sweep.Network.Layers[^1];
        _loss = new OutputLoss(loss, last.Activation, last.OutputShape.Length, sweep.Pass.Capacity);
    }

    /// <summary>The loss summed over the batch under way, with one unit replaced.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="replacements">What it yields for every sample at each of its faces.</param>
    /// <param name="sums">The sums of each layer that reads it, samples x outputs, by the layer's index.</param>
    /// <param name="start">The first sample of the batch.</param>
    /// <param name="count">Their number.</param>
    public double Loss(UnitParts unit, float[] replacements, float[]?[] sums, int start, int count)
    {
        TrainableNetwork network = _sweep.Network;
        Array.Clear(_isChanged);
        for (int i = 0; i < _layers.Length; i++)
        {
            UnitRead[] reads = [.. unit.Reads.Where(read => read.Index == i)];
            IReadOnlyList<int> sources = network.SourcesOf(i);
            bool isFed = sources.Any(source => source >= 0 && _isChanged[source]);
            if (!isFed && reads.Length == 0) continue;
            _isChanged[i] = true;
            TrainableLayer layer = network.Layers[i];
            LayerPass pass = PassOf(i);
            pass.Inputs = [.. sources.Select(Value)];
            if (isFed) layer.Forward(_engine, pass, count);
            float[] before = isFed ? pass.Output : sums[i]!;
            foreach (UnitRead read in reads)
            {
                Replace(read, replacements[read.FaceIndex], pass, before, count);
                before = pass.Output;
            }

            int length = layer.OutputShape.Length;
            if (i < _layers.Length - 1) ActivationFunction.Apply(layer.Activation, pass.Output.AsSpan(0, count * length), length);
        }

        return _loss.Evaluate(_layers[^1]!.Output, _sweep.Targets(start, count), [], count);
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();

    private float[] Value(int source) =>
        source < 0 ? _sweep.Pass.Input : _isChanged[source] ? _layers[source]!.Output : _sweep.Pass.Output(source);

    private LayerPass PassOf(int index)
    {
        if (_layers[index] is LayerPass made) return made;
        TrainableLayer layer = _sweep.Network.Layers[index];
        LayerPass pass = layer.CreatePass(new PassMode(null), _sweep.Pass.Capacity);
        pass.Output = new float[checked(_sweep.Pass.Capacity * layer.OutputShape.Length + PanelPlan.Slack)];
        return _layers[index] = pass;
    }

    /// <summary>Takes what a unit gives to a layer's sums out of <paramref name="before"/>, and puts the constant's part there.</summary>
    private void Replace(UnitRead read, float replacement, LayerPass pass, float[] before, int count)
    {
        float[] weights = read.Weights();
        if (read.Reader is TrainableConvolution convolution)
        {
            int channels = read.Columns / convolution.Window.Length;
            if (!_shares.TryGetValue((read.Index, channels), out ChannelShare? share))
            {
                _shares.Add((read.Index, channels), share = new ChannelShare(convolution, channels, _sweep.Pass.Capacity));
            }

            share.Replace(_engine, read.Face, weights, replacement, pass, before, count);
            return;
        }

        int width = read.Reader.InputShape.Length, length = read.Reader.Weights.Rows;
        var column = new float[length];
        for (int i = 0; i < read.Columns; i++)
        {
            for (int row = 0; row < length; row++) column[row] = weights[row * read.Columns + i];
            for (int sample = 0; sample < count; sample++)
            {
                float change = replacement - pass.Input[sample * width + read.Face.First + i];
                ReadOnlySpan<float> old = before.AsSpan(sample * length, length);
                TensorPrimitives.MultiplyAdd(column, change, old, pass.Output.AsSpan(sample * length, length));
            }

            before = pass.Output;
        }
    }

    /// <summary>
    /// The part of a convolution's sums that a few channels make, as a convolution of these alone. The constant's part is the same
    /// everywhere, padding or not, as it is when it goes into the biases.
    /// </summary>
    private sealed class ChannelShare
    {
        private readonly TrainableConvolution _layer;
        private readonly LayerPass _pass;
        private readonly int _width;

        public ChannelShare(TrainableConvolution whole, int channels, int capacity)
        {
            _width = whole.InputShape.Length;
            Shape input = whole.InputShape with { Channels = channels };
            _layer = new TrainableConvolution(whole.Name, input, whole.Weights.Rows, whole.Window, Activation.Identity);
            _pass = _layer.CreatePass(new PassMode(null), capacity);
            _pass.Inputs = [new float[checked(capacity * input.Length + PanelPlan.Slack)]];
            _pass.Output = new float[checked(capacity * _layer.OutputShape.Length)];
        }

        public void Replace(
            ComputeEngine engine, UnitFace face, float[] weights, float replacement, LayerPass whole, float[] before, int count)
        {
            TensorPrimitives.Negate(weights, _layer.Weights.Values);
            int columns = _layer.Weights.Columns;
            for (int row = 0; row < _layer.Weights.Rows; row++)
            {
                _layer.Biases.Values[row] = replacement * TensorPrimitives.Sum<float>(weights.AsSpan(row * columns, columns));
            }

            for (int sample = 0; sample < count; sample++)
            {
                face.Of(whole.Input, sample, _width).CopyTo(_pass.Input.AsSpan(sample * face.Length));
            }

            _layer.Forward(engine, _pass, count);
            int used = count * _layer.OutputShape.Length;
            TensorPrimitives.Add(before.AsSpan(0, used), _pass.Output.AsSpan(0, used), whole.Output.AsSpan(0, used));
        }
    }
}
