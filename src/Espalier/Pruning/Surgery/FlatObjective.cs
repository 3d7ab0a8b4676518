using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Surgery;

/// <summary>
/// The mean loss over a set as a function of a <see cref="FlatNetwork"/>'s parameters, plus the penalty decay |w|^2 / 2 of its weights: the
/// function that training went down on, and whose quadratic form says what a deletion costs.
/// </summary>
internal sealed class FlatObjective
{
    private readonly FlatNetwork _network;
    private readonly Dataset _data;
    private readonly SampleLoss _loss;
    private readonly FlatPass _pass;
    private readonly double[] _inputs, _targets;
    private readonly TargetCoding _coding;
    private readonly float[] _decision;
    private readonly int _inputLength, _outputLength;

    /// <summary>Prepares the function.</summary>
    /// <param name="network">The network that <paramref name="flat"/> is a copy of.</param>
    /// <param name="flat">Says where parameters stand.</param>
    /// <param name="data">The samples.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="weightDecay">The factor of |w|^2 / 2; biases do not decay.</param>
    /// <exception cref="EspalierException">The data do not fit the network, or the loss does not fit its last activation.</exception>
    public FlatObjective(TrainableNetwork network, FlatNetwork flat, Dataset data, LossKind loss, double weightDecay)
    {
        SampleSweep.RequireSamples(network, data);
        FlatLayer last = flat.Layers[^1];
        (_network, _data, WeightDecay, _inputLength, _outputLength) = (flat, data, weightDecay, data.InputShape.Length, last.Outputs);
        _loss = new SampleLoss(loss, last.Activation, last.Outputs);
        _inputs = Array.ConvertAll(data.Inputs, value => (double)value);
        _coding = new TargetCoding(last.Activation, last.Outputs);
        _targets = Array.ConvertAll(_coding.Encode(data, loss), value => (double)value);
        _decision = new float[last.Outputs];
        _pass = new FlatPass(flat.Layers);
    }

    /// <summary>The factor of |w|^2 / 2.</summary>
    public double WeightDecay { get; }

    /// <summary>The number of samples.</summary>
    public int SampleCount => _data.Count;

    /// <summary>The number of curvature vectors of a sample.</summary>
    public int OutputLength => _outputLength;

    /// <summary>The function's value, and its gradient unless that is empty.</summary>
    public double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        gradient.Clear();
        double sum = 0;
        for (int i = 0; i < SampleCount; i++)
        {
            ReadOnlySpan<double> targets = Forward(parameters, i);
            sum += _loss.Evaluate(_pass.Sums, _pass.Outputs, targets);
            if (gradient.IsEmpty) continue;
            _loss.Differentiate(_pass.Sums, _pass.Outputs, targets, _pass.SumGradient);
            _pass.Backward(parameters, gradient);
        }

        double penalty = 0;
        for (int i = 0; i < parameters.Length; i++)
        {
            double decay = _network.IsWeight[i] ? WeightDecay : 0;
            penalty += decay * parameters[i] * parameters[i];
            if (!gradient.IsEmpty) gradient[i] = gradient[i] / SampleCount + decay * parameters[i];
        }

        return sum / SampleCount + penalty / 2;
    }

    /// <summary>The number of samples in the wrong class, or null for regression.</summary>
    public int? CountErrors(ReadOnlySpan<double> parameters)
    {
        if (_data.Labels is not int[] labels) return null;
        int errors = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            Forward(parameters, i);
            if (Decide(_pass.Outputs) != labels[i]) errors++;
        }

        return errors;
    }

    /// <summary>
    /// The curvature vectors X of a sample: the Gauss-Newton Hessian of the mean loss is (1 / samples) sum X X^T over all samples and
    /// outputs.
    /// </summary>
    /// <param name="parameters">Where.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="vectors">For each output, receives a number for each parameter.</param>
    public void Curvature(ReadOnlySpan<double> parameters, int sample, ReadOnlySpan<double[]> vectors)
    {
        ReadOnlySpan<double> targets = Forward(parameters, sample);
        for (int output = 0; output < _outputLength; output++)
        {
            _loss.Curvature(_pass.Sums, _pass.Outputs, targets, output, _pass.SumGradient);
            vectors[output].AsSpan().Clear();
            _pass.Backward(parameters, vectors[output]);
        }
    }

    private ReadOnlySpan<double> Forward(ReadOnlySpan<double> parameters, int sample)
    {
        _pass.Forward(parameters, _inputs, sample * _inputLength);
        return _targets.AsSpan(sample * _outputLength, _outputLength);
    }

    // In floats, as the network decides where it is used.
    private int Decide(ReadOnlySpan<double> values)
    {
        for (int i = 0; i < values.Length; i++) _decision[i] = (float)values[i];
        return _coding.Decide(_decision);
    }
}
