using System.Numerics;

namespace Espalier.Training.Optimizers;

/// <summary>
/// <see cref="OptimizerKind.Adam"/>: w -= rate m' / (sqrt(v') + epsilon), m' = m / (1 - beta1^t), v' = v / (1 - beta2^t).
/// </summary>
internal readonly struct AdamRule : IUpdateRule
{
    private readonly Vector<float> _step, _rootCorrection, _epsilon, _keep1, _take1, _keep2, _take2;

    /// <summary>Prepares step <paramref name="step"/>, counted from 1.</summary>
    public AdamRule(double rate, OptimizerOptions options, long step)
    {
        _step = new((float)(rate / (1 - Math.Pow(options.Beta1, step))));
        _rootCorrection = new((float)(1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step))));
        _epsilon = new((float)options.Epsilon);
        (_keep1, _take1) = (new((float)options.Beta1), new((float)(1 - options.Beta1)));
        (_keep2, _take2) = (new((float)options.Beta2), new((float)(1 - options.Beta2)));
    }

    public static int Moments => 2;

    public void Update(ref Vector<float> value, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
    {
        first = _keep1 * first + _take1 * gradient;
        second = _keep2 * second + _take2 * gradient * gradient;
        value -= _step * first / (Vector.SquareRoot(second) * _rootCorrection + _epsilon);
    }
}
