using System.Numerics;
using Espalier.Compilation.Model;
using MathNet.Numerics.Distributions;

namespace Espalier.Inference.Baselines;

/// <summary>The activation functions by their definitions, one element after the other, in float or double.</summary>
internal static class ScalarActivation
{
    /// <summary>The constants of SELU, Klambauer et al. 2017.</summary>
    private const double SeluAlpha = 1.6732632423543772, SeluLambda = 1.0507009873554805;

    /// <summary>Replaces each sum of a layer by its activation.</summary>
    public static void Apply<T>(Activation activation, Span<T> values)
        where T : IBinaryFloatingPointIeee754<T>
    {
        if (activation.Kind == ActivationKind.Softmax)
        {
            Softmax(values);
            return;
        }

        foreach (ref T value in values) value = Apply(activation, value);
    }

    private static T Apply<T>(Activation activation, T x)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T alpha = T.CreateChecked(activation.Alpha);
        return activation.Kind switch
        {
            ActivationKind.Identity => x,
            ActivationKind.Relu => T.Max(x, T.Zero),
            ActivationKind.LeakyRelu => x > T.Zero ? x : alpha * x,
            ActivationKind.Elu => x > T.Zero ? x : alpha * T.ExpM1(x),
            ActivationKind.Selu => T.CreateChecked(SeluLambda) * (x > T.Zero ? x : T.CreateChecked(SeluAlpha) * T.ExpM1(x)),
            ActivationKind.Sigmoid => T.One / (T.One + T.Exp(-x)),
            ActivationKind.Tanh => T.Tanh(x),
            ActivationKind.ClippedRelu => T.Min(T.Max(x, T.Zero), alpha),
            ActivationKind.Gelu => T.CreateChecked(double.CreateChecked(x) * Normal.CDF(0, 1, double.CreateChecked(x))),
            ActivationKind.GeluTanh =>
                x / (T.One + T.Exp(T.CreateChecked(-2 * Math.Sqrt(2 / Math.PI)) * (x + T.CreateChecked(0.044715) * x * x * x))),
            ActivationKind.Silu => x / (T.One + T.Exp(-x)),
            ActivationKind.HardSwish => x * T.Min(T.Max(x / T.CreateChecked(6) + T.CreateChecked(0.5), T.Zero), T.One),
            ActivationKind.Softplus => T.Max(x, T.Zero) + T.LogP1(T.Exp(-T.Abs(x))),
            _ => throw new NotSupportedException($"Activation {activation.Kind}."),
        };
    }

    private static void Softmax<T>(Span<T> values)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T greatest = values[0], sum = T.Zero;
        foreach (T value in values) greatest = T.Max(greatest, value);
        foreach (ref T value in values) sum += value = T.Exp(value - greatest);
        foreach (ref T value in values) value /= sum;
    }
}
