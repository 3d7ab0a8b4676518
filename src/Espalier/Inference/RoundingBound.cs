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
/// </remarks>
/// <param name="network">The network that the code computes.</param>
/// <exception cref="ArgumentException">The network has a fault (see <see cref="Network.FindFault()"/>).</exception>
public sealed class RoundingBound(Network network)
{
    private const double Unit = 1.0 / (1 << 24);
    private const double SmallestFloat = float.Epsilon;
    private const double Lambda = 6;

    // The polynomial of the exponential and one product more.
    private const double ExponentialUlps = 3;

    private readonly Network _network = ReferenceInterpreter.Checked(network);

    /// <summary>The interpreter's outputs for <paramref name="input"/>, and how far from them correct code may come.</summary>
    /// <exception cref="ArgumentException">The length is not that of the network's input.</exception>
    public BoundedOutputs For(ReadOnlySpan<float> input)
    {
        int length = _network.InputShape.Length;
        if (input.Length != length)
        {
            throw new ArgumentException($"The input has {input.Length} values; {length} are needed.", nameof(input));
        }

        float[] values = input.ToArray();
        double[] errors = new double[length];
        bool[] isNaN = Array.ConvertAll(values, float.IsNaN);
        bool mayShareNaN = false;
        foreach (Layer layer in _network.Layers)
        {
            mayShareNaN |= !values.All(float.IsFinite) || !errors.All(double.IsFinite);
            var dense = (DenseLayer)layer;
            float[] sums = LayerSums.Of(dense, [values]);
            (errors, isNaN) = OfSums(dense, values, errors, isNaN);
            values = ReferenceInterpreter.Activate(dense, sums);
            if (dense.Activation.IsElementwise) AddActivation(dense.Activation, values, errors);
            else AddSoftmax(sums, values, errors, isNaN);
        }

        return new BoundedOutputs(values, errors, isNaN, mayShareNaN || !errors.All(double.IsFinite));
    }

    /// <summary>The roundings that count of a chain of <paramref name="chain"/>.</summary>
    private static double Roundings(int chain) => Math.Min(chain, Lambda * Math.Sqrt(chain));

    private static (double[] Errors, bool[] IsNaN) OfSums(DenseLayer layer, float[] values, double[] errors, bool[] isNaN)
    {
        SparseMatrix weights = layer.Weights;
        var sumErrors = new double[weights.Rows];
        var isSumNaN = new bool[weights.Rows];
        for (int row = 0; row < sumErrors.Length; row++)
        {
            double size = Math.Abs((double)layer.Biases[row]), passedOn = 0;
            int terms = 0;
            for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
            {
                double weight = Math.Abs((double)weights.Value(i));
                if (weight == 0) continue;
                int column = weights.ColumnIndex(i);
                size += weight * (Math.Abs((double)values[column]) + errors[column]);
                passedOn += weight * errors[column];
                isSumNaN[row] |= isNaN[column];
                terms++;
            }

            double roundings = Roundings(terms + 2) + Roundings(terms / 4 + 4);

            // A product below the normal floats is off by half of the smallest float whatever its size.
            double error = passedOn + roundings * Unit * size + terms * SmallestFloat;
            sumErrors[row] = size + error < float.MaxValue ? error : double.PositiveInfinity;
        }

        return (sumErrors, isSumNaN);
    }

    private static void AddActivation(Activation activation, float[] values, double[] errors)
    {
        (double slope, double ulps) = activation.Kind switch
        {
            ActivationKind.Identity or ActivationKind.Relu => (1.0, 0.0),
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
            errors[i] = error + 2 * ulps * (2 * Unit * (Math.Abs((double)values[i]) + error) + SmallestFloat);
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
        double evaluation = (2 * range + 2 * ExponentialUlps + Roundings(sums.Length + 2)) * Unit;
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
