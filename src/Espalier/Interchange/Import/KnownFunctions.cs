using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import;

/// <summary>Tells by its values which activation function a formula is.</summary>
internal static class KnownFunctions
{
    private const double Range = 9, Step = 0.0625, Tolerance = 1e-5;

    // In the order of simplicity; of two functions that agree everywhere the first is taken.
    private static readonly Activation[] s_known =
    [
        Activation.Relu, Activation.Sigmoid, Activation.Tanh, Activation.Selu, Activation.Elu(), Activation.ClippedRelu(),
        Activation.Softplus, Activation.HardSwish, Activation.Silu, Activation.Gelu, Activation.GeluTanh,
    ];

    /// <summary>An activation function f within factors: <paramref name="Outer"/> f(<paramref name="Inner"/> x).</summary>
    public readonly record struct Scaled(double Inner, Activation Activation, double Outer);

    /// <summary>
    /// The scaled activation function that <paramref name="function"/> agrees with on the numbers from -9 to 9; null for none.
    /// </summary>
    public static Scaled? Find(Func<double, double> function)
    {
        foreach (Scaled candidate in Candidates(function))
        {
            if (Agrees(function, candidate)) return candidate;
        }

        return null;
    }

    private static IEnumerable<Scaled> Candidates(Func<double, double> function)
    {
        foreach ((int inner, int outer) in ((int, int)[])[(1, 1), (-1, 1), (-1, -1), (1, -1)])
        {
            foreach (Activation activation in s_known) yield return new Scaled(inner, activation, outer);
        }

        // Parameters are read off where only they decide: the slope below zero, and sigmoid(a) of x sigmoid(a x) at 1.
        double slope = -function(-1), gate = function(1), a = Math.Log(gate / (1 - gate));
        if (slope > 0) yield return new Scaled(1, Activation.LeakyRelu((float)slope), 1);
        if (slope > 0) yield return new Scaled(1, Activation.Elu((float)(-function(-Range) / (1 - Math.Exp(-Range)))), 1);
        if (double.IsFinite(a) && a != 0) yield return new Scaled(a, Activation.Silu, 1 / a);
    }

    private static bool Agrees(Func<double, double> function, Scaled candidate)
    {
        for (double x = -Range; x <= Range; x += Step)
        {
            double expected = candidate.Outer * ActivationMath.Apply(candidate.Activation, (float)(candidate.Inner * x));
            if (!(Math.Abs(function(x) - expected) <= Tolerance * Math.Max(1e-2, Math.Abs(expected)))) return false;
        }

        return true;
    }
}
