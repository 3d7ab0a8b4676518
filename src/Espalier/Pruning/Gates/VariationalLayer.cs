using System.Numerics.Tensors;
using Espalier.Numerics;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Gates;

/// <summary>
/// A layer whose weights are normal with mean theta and variance sigma^2, both learned (Molchanov, Ashukha, Vetrov 2017). The sums are
/// drawn instead of the weights (local reparametrisation, Kingma, Salimans, Welling 2015): for each sample and output a normal number of
/// mean theta x + b and variance sigma^2 x^2, by two plain layers, one of theta that reads x, one of sigma^2 that reads x^2; so do
/// convolutions, whose sums at different positions are taken for independent. Gradients are those of the mean loss plus the divergence
/// from the prior.
/// </summary>
internal sealed class VariationalLayer : StochasticLayer
{
    /// <summary>Work on weights is shared out in pieces of this length.</summary>
    private const int ItemLength = 1024;

    /// <summary>What the divergence of a weight takes, and a normal number (measured).</summary>
    private const double DivergenceNanoseconds = 2, DrawNanoseconds = 3;

    /// <summary>Added to the variance of a sum before its root.</summary>
    private const float LeastVariance = 1e-8f;

    private readonly VariationalSettings _settings;
    private readonly CounterRandom _noise;
    private readonly TrainableWeightedLayer _varianceLayer;
    private readonly float[] _variances;
    private readonly Action<int, int> _computeVariances, _drawSums, _addDivergence;
    private VariationalPass _pass = null!;
    private double _divergenceWeight;

    public VariationalLayer(TrainableWeightedLayer source, VariationalSettings settings)
        : base(source, new Parameter(source.Name + ".log-variances", source.Weights.Rows, source.Weights.Columns, isWeight: false))
    {
        (_settings, _noise, _divergenceWeight) = (settings, new CounterRandom(settings.Key), settings.DivergenceWeight);
        _varianceLayer = (TrainableWeightedLayer)source.Blank();
        _variances = _varianceLayer.Weights.Values;
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

    internal override LayerPass CreatePass(PassMode mode, int capacity) => new VariationalPass(
        mode, Plain.CreatePass(mode, capacity), _varianceLayer.CreatePass(mode, capacity),
        checked(capacity * InputShape.Length), checked(capacity * OutputShape.Length));

    internal override void Forward(ComputeEngine engine, LayerPass pass, int count)
    {
        _pass = (VariationalPass)pass;
        ReadOnlySpan<float> input = pass.Input.AsSpan(0, count * InputShape.Length);
        TensorPrimitives.Multiply(input, input, _pass.Squares);
        engine.Team.For(Items, (long)(DivergenceNanoseconds / 2 * _variances.Length), _computeVariances);
        Plain.Forward(engine, _pass.Mean, count);
        _varianceLayer.Forward(engine, _pass.Variance, count);
        engine.Team.For(count, (long)(DrawNanoseconds * count * OutputShape.Length), _drawSums);
    }

    internal override void Backward(ComputeEngine engine, LayerPass pass, int count)
    {
        _pass = (VariationalPass)pass;
        Span<float> slopes = _pass.Slopes.AsSpan(0, count * OutputShape.Length);
        TensorPrimitives.Multiply(slopes, pass.OutputGradient.AsSpan(0, slopes.Length), slopes);
        Plain.Backward(engine, _pass.Mean, count);
        _varianceLayer.Backward(engine, _pass.Variance, count);
        engine.Team.For(Items, (long)(DivergenceNanoseconds * _variances.Length), _addDivergence);
        if (pass.InputGradient is not float[] inputGradient) return;

        // The input moves the mean, and by its square the variance: dx = theta g + 2 x sigma^2 (the derivative by the variance).
        Span<float> change = _pass.SquareGradient.AsSpan(0, count * InputShape.Length), gradient = inputGradient.AsSpan(0, change.Length);
        TensorPrimitives.Multiply(change, pass.Input.AsSpan(0, change.Length), change);
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
        int outputs = OutputShape.Length, start = sample * outputs;
        Span<float> noise = _pass.Slopes.AsSpan(start, outputs), roots = _pass.Variance.Output.AsSpan(start, outputs);
        Span<float> sums = _pass.Output.AsSpan(start, outputs);
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
        ReadOnlySpan<float> varianceGradient = _varianceLayer.Weights.Gradient.AsSpan(start, length);
        TensorPrimitives.MultiplyAdd(varianceGradient, _variances.AsSpan(start, length), slopes, noiseGradient);
        TensorPrimitives.Multiply(weights, weights, scratch);
        TensorPrimitives.Add(scratch, VariationalDivergence.LeastSquare, scratch);
        TensorPrimitives.Divide(weights, scratch, scratch);
        TensorPrimitives.Multiply(slopes, scratch, slopes);
        TensorPrimitives.MultiplyAdd(slopes, -2, gradient, gradient);
    }
}
