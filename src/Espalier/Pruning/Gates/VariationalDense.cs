using System.Numerics.Tensors;
using Espalier.Numerics;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Gates;

/// <summary>
/// A dense layer whose weights are normal with mean theta and variance sigma^2, both learned (Molchanov, Ashukha, Vetrov 2017). The sums
/// are drawn instead of the weights (local reparametrisation, Kingma, Salimans, Welling 2015): for each sample and output a normal
/// number of mean theta x + b and variance sigma^2 x^2. Gradients are those of the mean loss plus the divergence from the prior.
/// </summary>
internal sealed class VariationalDense : StochasticDense
{
    /// <summary>Work on weights is shared out in pieces of this length.</summary>
    private const int ItemLength = 1024;

    /// <summary>What the divergence of a weight takes, and a normal number (measured).</summary>
    private const double DivergenceNanoseconds = 2, DrawNanoseconds = 3;

    /// <summary>Added to the variance of a sum before its root.</summary>
    private const float LeastVariance = 1e-8f;

    private readonly VariationalSettings _settings;
    private readonly CounterRandom _noise;
    private readonly float[] _variances;
    private readonly Action<int, int> _computeVariances, _drawSums, _addDivergence;
    private float[] _squares = [], _squareGradient = [], _sumVariances = [], _slopes = [], _output = [];
    private double _divergenceWeight;

    public VariationalDense(TrainableDense source, VariationalSettings settings)
        : base(source, new Parameter(source.Name + ".log-variances", source.Weights.Rows, source.Weights.Columns, isWeight: false))
    {
        (_settings, _noise, _divergenceWeight) = (settings, new CounterRandom(settings.Key), settings.DivergenceWeight);
        _variances = new float[Weights.Values.Length];
        LogVariances.Values.AsSpan().Fill((float)settings.StartLogVariance);
        _computeVariances = (item, _) => ComputeVariances(item);
        _drawSums = (sample, _) => DrawSums(sample);
        _addDivergence = (item, _) => AddDivergence(item);
    }

    /// <summary>log sigma^2 of each weight.</summary>
    public Parameter LogVariances => Parameters[2];

    /// <summary>The number of weights below the threshold, which is what would be left.</summary>
    public override double ExpectedWeights
    {
        get
        {
            var mask = new uint[Weights.Values.Length];
            Settle(new float[mask.Length], mask);
            return mask.AsSpan().Count(Parameter.Live);
        }
    }

    private int Items => (Weights.Values.Length + ItemLength - 1) / ItemLength;

    /// <inheritdoc/>
    public override void BeginStep(long step, double epoch)
    {
        base.BeginStep(step, epoch);
        double warmth = _settings.WarmUpEpochs > 0 ? Math.Min(1, epoch / _settings.WarmUpEpochs) : 1;
        _divergenceWeight = warmth * _settings.DivergenceWeight;
    }

    /// <inheritdoc/>
    public override void Settle(Span<float> weights, Span<uint> mask)
    {
        Weights.Values.CopyTo(weights);
        var logAlpha = new float[weights.Length];
        VariationalDivergence.LogAlpha(Weights.Values, LogVariances.Values, logAlpha);
        Mask(weights, mask, i => logAlpha[i] > _settings.Threshold);
    }

    internal override void Forward(ComputeEngine engine, float[] input, float[] output, int count)
    {
        (int outputs, int inputs) = (Weights.Rows, Weights.Columns);
        if (_squares.Length < count * inputs)
        {
            (_squares, _squareGradient) = (new float[count * inputs], new float[count * inputs]);
            (_sumVariances, _slopes) = (new float[count * outputs], new float[count * outputs]);
        }

        TensorPrimitives.Multiply(input.AsSpan(0, count * inputs), input.AsSpan(0, count * inputs), _squares);
        engine.Team.For(Items, (long)(DivergenceNanoseconds / 2 * _variances.Length), _computeVariances);
        engine.Product.MultiplyTransposed(input, Weights.Values, output, count, outputs, inputs);
        engine.Product.MultiplyTransposed(_squares, _variances, _sumVariances, count, outputs, inputs);
        _output = output;
        engine.Team.For(count, (long)(DrawNanoseconds * count * outputs), _drawSums);
        AddToEach(output, Biases.Values, count);
    }

    internal override void Backward(ComputeEngine engine, float[] input, float[] outputGradient, float[]? inputGradient, int count)
    {
        (int outputs, int inputs) = (Weights.Rows, Weights.Columns);
        Span<float> slopes = _slopes.AsSpan(0, count * outputs);
        TensorPrimitives.Multiply(slopes, outputGradient.AsSpan(0, slopes.Length), slopes);
        engine.Product.TransposedMultiply(outputGradient, input, Weights.Gradient, outputs, inputs, count);
        engine.Product.TransposedMultiply(_slopes, _squares, LogVariances.Gradient, outputs, inputs, count);
        engine.Team.For(Items, (long)(DivergenceNanoseconds * _variances.Length), _addDivergence);
        SumOverSamples(outputGradient, Biases.Gradient, count);
        if (inputGradient is null) return;

        // The input moves the mean, and by its square the variance: dx = theta g + 2 x sigma^2 (the derivative by the variance).
        engine.Product.Multiply(outputGradient, Weights.Values, inputGradient, count, inputs, outputs);
        engine.Product.Multiply(_slopes, _variances, _squareGradient, count, inputs, outputs);
        Span<float> change = _squareGradient.AsSpan(0, count * inputs), gradient = inputGradient.AsSpan(0, count * inputs);
        TensorPrimitives.Multiply(change, input.AsSpan(0, change.Length), change);
        TensorPrimitives.MultiplyAdd(change, 2, gradient, gradient);
    }

    // sigma^2 = exp(log sigma^2), none where the mask of the weight removes it.
    private void ComputeVariances(int item)
    {
        int start = item * ItemLength, length = Math.Min(ItemLength, _variances.Length - start);
        Span<float> variances = _variances.AsSpan(start, length);
        TensorPrimitives.Exp(LogVariances.Values.AsSpan(start, length), variances);
        if (Weights.Mask is not uint[] mask) return;
        for (int i = 0; i < length; i++)
        {
            if (mask[start + i] == Parameter.Removed) variances[i] = 0;
        }
    }

    // sum = mean + root(variance) e; the derivative of the sum by its variance, e / (2 root), stays for the way back.
    private void DrawSums(int sample)
    {
        int outputs = Weights.Rows, start = sample * outputs;
        Span<float> noise = _slopes.AsSpan(start, outputs), roots = _sumVariances.AsSpan(start, outputs);
        Span<float> sums = _output.AsSpan(start, outputs);
        _noise.FillNormal(Step, sample * CounterRandom.BlocksOf(outputs), noise);
        TensorPrimitives.Add(roots, LeastVariance, roots);
        TensorPrimitives.Sqrt(roots, roots);
        TensorPrimitives.MultiplyAdd(noise, roots, sums, sums);
        TensorPrimitives.Divide(noise, roots, noise);
        TensorPrimitives.Multiply(noise, 0.5f, noise);
    }

    // log alpha = log sigma^2 - log(theta^2 + c): its derivative by log sigma^2 is 1, by theta -2 theta / (theta^2 + c).
    private void AddDivergence(int item)
    {
        int start = item * ItemLength, length = Math.Min(ItemLength, _variances.Length - start);
        Span<float> room = stackalloc float[3 * ItemLength];
        Span<float> logAlpha = room[..length], slopes = room.Slice(ItemLength, length), scratch = room.Slice(2 * ItemLength, length);
        ReadOnlySpan<float> weights = Weights.Values.AsSpan(start, length);
        Span<float> gradient = Weights.Gradient.AsSpan(start, length), noiseGradient = LogVariances.Gradient.AsSpan(start, length);
        VariationalDivergence.LogAlpha(weights, LogVariances.Values.AsSpan(start, length), logAlpha);
        VariationalDivergence.Differentiate(logAlpha, slopes, scratch);
        TensorPrimitives.Multiply(slopes, (float)_divergenceWeight, slopes);
        TensorPrimitives.MultiplyAdd(noiseGradient, _variances.AsSpan(start, length), slopes, noiseGradient);
        TensorPrimitives.Multiply(weights, weights, scratch);
        TensorPrimitives.Add(scratch, VariationalDivergence.LeastSquare, scratch);
        TensorPrimitives.Divide(weights, scratch, scratch);
        TensorPrimitives.Multiply(slopes, scratch, slopes);
        TensorPrimitives.MultiplyAdd(slopes, -2, gradient, gradient);
    }
}
