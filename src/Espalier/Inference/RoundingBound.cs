using Espalier.Compilation.Model;

namespace Espalier.Inference;

/// <summary>
/// How far correct code may lie from the reference interpreter because it sums in another order or fuses a multiplication with the
/// addition that follows: a running error analysis, layer by layer, for the input at hand.
/// </summary>
/// <remarks>
/// With u = 2^-24 and S = |b| + sum |w x|, a sum of n terms to which no term comes through more than c roundings has an error of at
/// most c u S; and, rounding errors being as good as random, with probability 1 - 2n e^(-18) at most 6 sqrt(c) u S (Higham and Mary
/// 2019, "A New Approach to Probabilistic Rounding Error Analysis", theorem 2.4 with lambda = 6). The smaller of the two is taken, with
/// c = n + 2 for the code, which may add in any order, and c = n / 4 + 4 for the interpreter with its four partial sums. What the inputs
/// of a layer were off already, its weights pass on; so do the activation functions by their steepest slope, each evaluation being off
/// by the ULPs that <see cref="Compilation.Kernels.ActivationMath"/> states. Where a sum could overflow nothing is promised.
/// A maximum is off by the largest error under its window, a mean by their mean and its own roundings, a sum of inputs likewise; batch
/// normalisation that is folded into the weights before it rounds each product once more.
/// </remarks>
/// <param name="network">The network that the code computes.</param>
/// <exception cref="ArgumentException">The network has a fault (see <see cref="Network.FindFault()"/>).</exception>
public sealed class RoundingBound(Network network)
{
    private const double Unit = SumErrors.Unit;
    private const double SmallestFloat = float.Epsilon;

    // The polynomial of the exponential and one product more.
    private const double ExponentialUlps = 3;

    private readonly Network _network = ReferenceInterpreter.Checked(network);

    /// <summary>The interpreter's outputs for <paramref name="input"/>, and how far from them correct code may come.</summary>
    /// <exception cref="ArgumentException">The length is not that of the network's input.</exception>
    public BoundedOutputs For(ReadOnlySpan<float> input) => LayersFor(input)[^1];

    /// <summary>The same for every layer, in their order.</summary>
    /// <exception cref="ArgumentException">The length is not that of the network's input.</exception>
    internal BoundedOutputs[] LayersFor(ReadOnlySpan<float> input)
    {
        int length = _network.InputShape.Length;
        if (input.Length != length)
        {
            throw new ArgumentException($"The input has {input.Length} values; {length} are needed.", nameof(input));
        }

        BoundedValues image = BoundedValues.Exact(input.ToArray());
        bool mayShareNaN = !image.AreFinite;
        var layers = new BoundedValues[_network.Layers.Length];
        var outputs = new BoundedOutputs[layers.Length];
        for (int i = 0; i < layers.Length; i++)
        {
            Layer layer = _network.Layers[i];
            BoundedValues sums = SumErrors.Of(
                layer, Array.ConvertAll(_network.SourcesOf(i), source => source < 0 ? image : layers[source]));
            layers[i] = sums with { Values = ReferenceInterpreter.Activate(layer, sums.Values) };
            if (layer.Activation.IsElementwise) AddActivation(layer.Activation, layers[i].Values, sums.Errors);
            else AddSoftmax(sums.Values, layers[i].Values, sums.Errors, sums.IsNaN);
            mayShareNaN |= !layers[i].AreFinite;
            outputs[i] = new BoundedOutputs(layers[i].Values, layers[i].Errors, layers[i].IsNaN, mayShareNaN);
        }

        return outputs;
    }

    private static void AddActivation(Activation activation, float[] values, double[] errors)
    {
        // The three-piece function loses digits near -3, where its own value is near 0: three roundings of numbers up to 3.
        double absolute = activation.Kind == ActivationKind.HardSwish ? 9 * Unit : 0;
        (double slope, double ulps) = activation.Kind switch
        {
            ActivationKind.Identity or ActivationKind.Relu or ActivationKind.ClippedRelu => (1.0, 0.0),
            ActivationKind.Softplus => (1, 5),
            ActivationKind.HardSwish => (1.5, 3),
            ActivationKind.Silu => (1.1, 4),

            // The exponents of the tails, up to 87, are rounded, and so are relative errors of their powers.
            ActivationKind.Gelu or ActivationKind.GeluTanh => (1.13, 300),
            ActivationKind.LeakyRelu => (Math.Max(1, Math.Abs(activation.Alpha)), 0.5),
            ActivationKind.Elu => (Math.Max(1, Math.Abs(activation.Alpha)), ExponentialUlps),
            ActivationKind.Selu => (1.7581, ExponentialUlps),
            ActivationKind.Sigmoid => (0.25, ExponentialUlps),
            ActivationKind.Tanh => (1, 2),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation.Kind, "Not an element-wise function."),
        };
        for (int i = 0; i < errors.Length; i++)
        {
            if (double.IsPositiveInfinity(errors[i])) continue;
            double error = slope * errors[i];

            // Two evaluations, the code's and the interpreter's. An ULP is at most 2 u of a value.
            errors[i] = error + 2 * ulps * (2 * Unit * (Math.Abs((double)values[i]) + error) + SmallestFloat) + 2 * absolute;
        }
    }

    /// <summary>
    /// p_i = e^(s_i - m) / sum e^(s_j - m): sums that are off by d at most move the logarithm of p_i by 2 d; and each evaluation is off by
    /// the rounding of s - m, which the exponential turns into a relative error, by its own ULPs, the sum and the division.
    /// </summary>
    private static void AddSoftmax(float[] sums, float[] values, double[] errors, bool[] isNaN)
    {
        const double LargestExponent = 104;
        double largest = errors.Max(), range = Math.Min(LargestExponent, (double)sums.Max() - sums.Min());
        double evaluation = (2 * range + 2 * ExponentialUlps + SumErrors.Roundings(sums.Length + 2)) * Unit;
        bool isAnyNaN = isNaN.Contains(true);
        for (int i = 0; i < errors.Length; i++)
        {
            isNaN[i] = isAnyNaN;
            errors[i] = double.IsFinite(largest) && double.IsFinite(evaluation)
                ? Math.Min(1, values[i] * Math.Exp(Math.Min(LargestExponent, 2 * largest + 2 * evaluation)) - values[i] + 4 * SmallestFloat)
                : double.PositiveInfinity;
        }
    }
}
