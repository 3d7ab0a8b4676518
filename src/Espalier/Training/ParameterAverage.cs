using System.Numerics.Tensors;

namespace Espalier.Training;

/// <summary>
/// The exponential average of all parameters over the steps, which a noisy training is judged by. Weights of the average are corrected for
/// its start, as Adam corrects its moments: after the first step it is what that step left.
/// </summary>
internal sealed class ParameterAverage
{
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly double _decay;
    private readonly float[][] _averages;

    /// <summary>Begins an average.</summary>
    /// <param name="parameters">What is averaged.</param>
    /// <param name="decay">The part of the average that survives a step, in [0, 1); 0 averages nothing.</param>
    public ParameterAverage(IReadOnlyList<Parameter> parameters, double decay)
    {
        (_parameters, _decay) = (parameters, decay);
        _averages = decay == 0 ? [] : [.. parameters.Select(parameter => (float[])parameter.Values.Clone())];
    }

    /// <summary>Takes in the values after step <paramref name="step"/>, counted from 1.</summary>
    public void Update(long step)
    {
        float rate = (float)((1 - _decay) / (1 - Math.Pow(_decay, step)));
        for (int i = 0; i < _averages.Length; i++)
        {
            TensorPrimitives.Lerp<float>(_averages[i], _parameters[i].Values, rate, _averages[i]);
        }
    }

    /// <summary>Does <paramref name="work"/> while the averages stand in the place of the values.</summary>
    public void Use(Action work)
    {
        Exchange();
        try
        {
            work();
        }
        finally
        {
            Exchange();
        }
    }

    private void Exchange()
    {
        for (int i = 0; i < _averages.Length; i++)
        {
            float[] values = _parameters[i].Values, average = _averages[i];
            for (int j = 0; j < values.Length; j++) (values[j], average[j]) = (average[j], values[j]);
        }
    }
}
