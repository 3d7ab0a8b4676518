using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>
/// Batch normalisation under training (Ioffe and Szegedy 2015): y = gamma_c (x - mean_c) / sqrt(variance_c + epsilon) + beta_c for each
/// channel c. In training, mean and variance are those of the batch, over samples and positions; else the running ones, which each step of
/// training moves towards the batch's.
/// </summary>
public sealed class TrainableBatchNormalization : TrainableLayer
{
    /// <summary>Makes a layer that normalises only: gamma 1, beta 0, running mean 0 and variance 1.</summary>
    /// <param name="name">An identifier, unique within the network.</param>
    /// <param name="shape">The shape of one sample.</param>
    /// <param name="activation">The function applied to the results.</param>
    /// <param name="momentum">The part of a batch's statistics in the running ones, in (0, 1].</param>
    /// <param name="epsilon">What is added to the variances, above 0.</param>
    /// <exception cref="EspalierException">Momentum or epsilon is out of its range, or the activation does not fit.</exception>
    public TrainableBatchNormalization(string name, Shape shape, Activation activation, double momentum = 0.1, float epsilon = 1e-5f)
        : this(Unit(name, shape, epsilon, activation), momentum)
    {
    }

    private TrainableBatchNormalization(BatchNormalizationLayer layer, double momentum)
        : base(layer, Numbers(layer, "scale"), Numbers(layer, "shift"), Numbers(layer, "mean", false), Numbers(layer, "variance", false))
    {
        if (momentum is not (> 0 and <= 1))
        {
            throw new EspalierException(FormattableString.Invariant(
                $"Layer '{Name}' takes a part of {momentum:R} of each batch's statistics; give one in (0, 1]."));
        }

        (Momentum, Epsilon) = (momentum, layer.Epsilon);
        layer.Scale.ToArray().CopyTo(Scale.Values, 0);
        layer.Shift.ToArray().CopyTo(Shift.Values, 0);
        layer.Mean.ToArray().CopyTo(RunningMean.Values, 0);
        layer.Variance.ToArray().CopyTo(RunningVariance.Values, 0);
    }

    /// <summary>Gamma, one for each channel.</summary>
    public Parameter Scale => Parameters[0];

    /// <summary>Beta, one for each channel.</summary>
    public Parameter Shift => Parameters[1];

    /// <summary>The running mean of each channel.</summary>
    public Parameter RunningMean => Parameters[2];

    /// <summary>The running variance of each channel, unbiased.</summary>
    public Parameter RunningVariance => Parameters[3];

    /// <summary>The part of a batch's statistics in the running ones.</summary>
    public double Momentum { get; }

    /// <summary>What is added to the variances.</summary>
    public float Epsilon { get; }

    /// <summary>Makes a layer with the bits of <paramref name="layer"/>.</summary>
    /// <param name="layer">The layer of the model.</param>
    /// <param name="momentum">The part of a batch's statistics in the running ones, in (0, 1].</param>
    /// <exception cref="EspalierException">The layer makes no sense, or momentum is out of its range.</exception>
    public static TrainableBatchNormalization FromLayer(BatchNormalizationLayer layer, double momentum = 0.1)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return new TrainableBatchNormalization(layer, momentum);
    }

    /// <inheritdoc/>
    public override Layer ToLayer() => Model();

    internal override TrainableLayer Blank() =>
        new TrainableBatchNormalization(Name, OutputShape, Activation, Momentum, Epsilon) { Sources = Sources };

    internal override LayerPass CreatePass(PassMode mode, int capacity) => new NormalizationPass(this, mode);

    internal override void Forward(ComputeEngine engine, LayerPass pass, int count) => ((NormalizationPass)pass).Forward(engine, count);

    internal override void Backward(ComputeEngine engine, LayerPass pass, int count) => ((NormalizationPass)pass).Backward(engine, count);

    private static BatchNormalizationLayer Unit(string name, Shape shape, float epsilon, Activation activation)
    {
        var zeros = new float[shape.Channels];
        float[] ones = [.. zeros.Select(_ => 1f)];
        return new(name, shape, new(ones), new(zeros), new(zeros), new(ones), epsilon, activation);
    }

    private static Parameter Numbers(BatchNormalizationLayer layer, string what, bool isLearned = true) =>
        new($"{layer.Name}.{what}", 1, layer.Input.Channels, isWeight: false, isLearned);

    private BatchNormalizationLayer Model() =>
        new(Name, OutputShape, new(Scale.Values), new(Shift.Values), new(RunningMean.Values),
            new(RunningVariance.Values), Epsilon, Activation)
        {
            Sources = Sources,
        };

    /// <summary>The work, channel by channel: sums run over the samples in their order, whatever the number of threads.</summary>
    private sealed class NormalizationPass : LayerPass
    {
        /// <summary>What a pass over a float takes (measured).</summary>
        private const double PassNanoseconds = 0.15;

        private readonly TrainableBatchNormalization _layer;
        private readonly float[] _means, _inverseDeviations;
        private readonly Action<int, int> _normalizeBatch, _normalize, _differentiateBatch, _differentiate;
        private readonly int _area, _length, _channels;
        private int _count;

        public NormalizationPass(TrainableBatchNormalization layer, PassMode mode)
            : base(mode)
        {
            _layer = layer;
            Shape shape = layer.OutputShape;
            (_channels, _area, _length) = (shape.Channels, shape.Height * shape.Width, shape.Length);
            (_means, _inverseDeviations) = (new float[_channels], new float[_channels]);
            _normalizeBatch = (channel, _) => NormalizeBatch(channel);
            _normalize = (channel, _) => Normalize(channel);
            _differentiateBatch = (channel, _) => Differentiate(channel, isBatch: true);
            _differentiate = (channel, _) => Differentiate(channel, isBatch: false);
        }

        public void Forward(ComputeEngine engine, int count) => Run(engine, count, 4, Mode.IsTraining ? _normalizeBatch : _normalize);

        public void Backward(ComputeEngine engine, int count) =>
            Run(engine, count, 5, Mode.IsTraining ? _differentiateBatch : _differentiate);

        private void Run(ComputeEngine engine, int count, int passes, Action<int, int> body)
        {
            _count = count;
            engine.Team.For(_channels, (long)(passes * PassNanoseconds * count * _length), body);
        }

        private Span<float> Of(float[] values, int sample, int channel) => values.AsSpan(sample * _length + channel * _area, _area);

        private void NormalizeBatch(int channel)
        {
            double sum = 0, squares = 0, number = (double)_count * _area;
            for (int sample = 0; sample < _count; sample++) sum += TensorPrimitives.Sum<float>(Of(Input, sample, channel));
            float mean = (float)(sum / number);
            for (int sample = 0; sample < _count; sample++)
            {
                // About the mean: the difference of two large sums would lose the variance.
                Span<float> centred = Of(Output, sample, channel);
                TensorPrimitives.Subtract(Of(Input, sample, channel), mean, centred);
                squares += TensorPrimitives.SumOfSquares<float>(centred);
            }

            double variance = squares / number;
            float inverse = (float)(1 / Math.Sqrt(variance + _layer.Epsilon));
            (_means[channel], _inverseDeviations[channel]) = (mean, inverse);
            float scale = _layer.Scale.Values[channel] * inverse, shift = _layer.Shift.Values[channel];
            for (int sample = 0; sample < _count; sample++)
            {
                Span<float> values = Of(Output, sample, channel);
                TensorPrimitives.Multiply(values, scale, values);
                TensorPrimitives.Add(values, shift, values);
            }

            // The unbiased variance, as the paper has it for inference; of a single value there is none, and it counts as 0.
            Approach(ref _layer.RunningMean.Values[channel], mean);
            Approach(ref _layer.RunningVariance.Values[channel], squares / Math.Max(1, number - 1));
        }

        private void Approach(ref float running, double batch) => running = (float)(running + _layer.Momentum * (batch - running));

        // Product and sum rounded as the model's definition rounds them.
        private void Normalize(int channel)
        {
            double deviation = Math.Sqrt((double)_layer.RunningVariance.Values[channel] + _layer.Epsilon);
            double multiplier = _layer.Scale.Values[channel] / deviation;
            float mean = _layer.RunningMean.Values[channel], offset = (float)(_layer.Shift.Values[channel] - mean * multiplier);
            (_means[channel], _inverseDeviations[channel]) = (mean, (float)(1 / deviation));
            for (int sample = 0; sample < _count; sample++)
            {
                Span<float> values = Of(Output, sample, channel);
                TensorPrimitives.Multiply(Of(Input, sample, channel), (float)multiplier, values);
                TensorPrimitives.Add(values, offset, values);
            }
        }

        // With n values of a channel, x^ = (x - mean) / deviation and g = dE/dy:
        // dE/dbeta = sum g, dE/dgamma = sum g x^, and dE/dx = gamma / deviation (g - mean of g - x^ mean of g x^); the means are
        // what x does by way of the batch's statistics, and absent where these are constants.
        private void Differentiate(int channel, bool isBatch)
        {
            float mean = _means[channel], inverse = _inverseDeviations[channel];
            double shift = 0, product = 0, number = (double)_count * _area;
            for (int sample = 0; sample < _count; sample++)
            {
                ReadOnlySpan<float> gradient = Of(OutputGradient, sample, channel), input = Of(Input, sample, channel);
                float sum = TensorPrimitives.Sum(gradient);
                shift += sum;
                product += (double)TensorPrimitives.Dot(gradient, input) - (double)mean * sum;
            }

            _layer.Shift.Gradient[channel] = (float)shift;
            _layer.Scale.Gradient[channel] = (float)(product * inverse);
            if (InputGradient is not float[] target) return;
            float slope = _layer.Scale.Values[channel] * inverse;
            float bend = isBatch ? (float)(product * inverse * inverse / number) : 0, constant = isBatch ? (float)(shift / number) : 0;
            for (int sample = 0; sample < _count; sample++)
            {
                Span<float> gradient = Of(target, sample, channel);
                TensorPrimitives.Subtract(Of(Input, sample, channel), mean, gradient);
                TensorPrimitives.Multiply(gradient, -bend, gradient);
                TensorPrimitives.Add(gradient, Of(OutputGradient, sample, channel), gradient);
                TensorPrimitives.Subtract(gradient, constant, gradient);
                TensorPrimitives.Multiply(gradient, slope, gradient);
            }
        }
    }
}
