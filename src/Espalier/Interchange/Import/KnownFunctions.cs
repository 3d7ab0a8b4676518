using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import;

/// <summary>Tells by its values which activation function a formula is.</summary>
internal static class KnownFunctions
{
    private const double Range = 9, Step = 0.0625, Tolerance = 1e-5;

    // In the order of simplicity; of two functions that agree everywhere the first is taken.
    private static readonly Activation[] s_known =
        [Activation.Relu, Activation.Sigmoid, Activation.Tanh, Activation.Selu, Activation.Elu(), Activation.ClippedRelu(), Activation.Softplus,
        Activation.HardSwish, Activation.Silu, Activation.Gelu, Activation.GeluTanh];

    /// <summary>The activation function that <paramref name="function"/> agrees with on the numbers from -9 to 9; null for none.</summary>
    public static Activation? Find(Func<double, double> function)
    {
        foreach (Activation activation in s_known)
        {
            if (Agrees(function, activation)) return activation;
        }

        return null;
    }

    private static bool Agrees(Func<double, double> function, Activation activation)
    {
        for (double x = -Range; x <= Range; x += Step)
        {
            double expected = ActivationMath.Apply(activation, (float)x);
            if (!(Math.Abs(function(x) - expected) <= Tolerance * Math.Max(1e-2, Math.Abs(expected)))) return false;
        }

        return true;
    }
}
