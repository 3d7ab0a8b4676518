using Espalier.Compilation.Model;
using MathNet.Numerics.Distributions;

namespace Espalier.Numerics;

/// <summary>
/// The derivatives of f(x) = x g(x), which GELU, SiLU and hard swish are, with a gate g that opens from 0 to 1: f' = g + x g' and
/// f'' = 2 g' + x g''. Such a function falls before it rises, so its value does not tell its slope; the sum does.
/// </summary>
internal static class SelfGate
{
    /// <summary>sqrt(2 / pi), and the cubic term beside it (Hendrycks and Gimpel 2016).</summary>
    private const double TanhScale = 0.79788456080286536, TanhCubic = 0.044715;

    /// <summary>Whether <paramref name="activation"/> is such a function.</summary>
    public static bool Has(Activation activation) => !activation.IsMonotone;

    /// <summary>f'.</summary>
    public static double Slope(ActivationKind kind, double x)
    {
        (double gate, double slope, _) = Gate(kind, x);
        return gate + x * slope;
    }

    /// <summary>f''.</summary>
    public static double Bend(ActivationKind kind, double x)
    {
        (_, double slope, double bend) = Gate(kind, x);
        return 2 * slope + x * bend;
    }

    /// <summary>g, g' and g''.</summary>
    private static (double Gate, double Slope, double Bend) Gate(ActivationKind kind, double x)
    {
        switch (kind)
        {
            case ActivationKind.Gelu:
                double density = Normal.PDF(0, 1, x);
                return (Normal.CDF(0, 1, x), density, -x * density);
            case ActivationKind.GeluTanh:
                // (1 + tanh u) / 2 is the logistic function of 2 u, u = sqrt(2 / pi) (x + 0.044715 x^3).
                double u = 2 * TanhScale * (x + TanhCubic * x * x * x);
                double uSlope = 2 * TanhScale * (1 + 3 * TanhCubic * x * x), uBend = 12 * TanhScale * TanhCubic * x;
                (double gate, double slope, double bend) = Logistic(u);
                return (gate, slope * uSlope, bend * uSlope * uSlope + slope * uBend);
            case ActivationKind.Silu:
                return Logistic(x);
            case ActivationKind.HardSwish:
                return (Math.Clamp(x / 6 + 0.5, 0, 1), x > -3 && x < 3 ? 1.0 / 6 : 0, 0);
            default:
                throw new NotSupportedException($"Activation {kind}.");
        }
    }

    private static (double Value, double Slope, double Bend) Logistic(double x)
    {
        double value = 1 / (1 + Math.Exp(-x)), slope = value * (1 - value);
        return (value, slope, slope * (1 - 2 * value));
    }
}
