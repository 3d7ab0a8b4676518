using System.Numerics;

namespace Espalier.Training.Optimizers;

/// <summary><see cref="OptimizerKind.GradientDescent"/>.</summary>
internal readonly struct GradientDescentRule(double rate) : IUpdateRule
{
    private readonly Vector<float> _rate = new((float)rate);

    public static int Moments => 0;

    public void Update(ref Vector<float> value, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second) =>
        value -= _rate * gradient;
}
