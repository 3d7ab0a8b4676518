using System.Numerics;

namespace Espalier.Training.Optimizers;

/// <summary><see cref="OptimizerKind.Momentum"/> and, looking ahead, <see cref="OptimizerKind.Nesterov"/>.</summary>
internal readonly struct MomentumRule(double rate, double momentum, bool nesterov) : IUpdateRule
{
    private readonly Vector<float> _rate = new((float)rate), _momentum = new((float)momentum);
    private readonly bool _nesterov = nesterov;

    public static int Moments => 1;

    public void Update(ref Vector<float> value, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
    {
        first = _momentum * first + gradient;
        value -= _rate * (_nesterov ? gradient + _momentum * first : first);
    }
}
