using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// The activation functions and the maximum of a pooling, from float addition, subtraction, multiplication, division, comparisons and bit
/// operations alone: each of these is exact to the bit in IEEE 754, so every machine computes the same answer (the C library's exp and tanh
/// do not promise that).
/// </summary>
/// <remarks>
/// One source for all: the library runs these methods, and the emitter copies the marked sections of this very file into generated
/// code (see <see cref="ActivationSource"/>), each with what it needs, replacing only the two bit casts and <c>float[]</c> by a span.
/// Each result is cast to float, although it is one: the language lets a runtime keep more digits of it, and some compute in double
/// precision. Where they do not, the cast costs nothing. Errors are in ULPs of the exact result, the largest over all floats; a test holds
/// them on a dense sample.
/// </remarks>
public static class ActivationMath
{
    // begin Identity
    /// <summary>f(x) = x.</summary>
    public static float Identity(float x) => x;
    // end

    // begin Relu needs ToBits ToFloat
    /// <summary>max(x, +0): NaN stays NaN, and -0 becomes +0.</summary>
    public static float Relu(float x)
    {
        // Without a branch: the sign of a hidden unit's sum is as good as random, and a mispredicted branch costs more than all of this.
        int bits = ToBits(x);
        int negative = bits >> 31;
        int nan = (0x7F800000 - (bits & 0x7FFFFFFF)) >> 31;
        return ToFloat(bits & (~negative | nan));
    }
    // end

    // begin LeakyRelu needs ToBits ToFloat
    /// <summary>x where the sign of x is clear, else alpha x.</summary>
    public static float LeakyRelu(float x, float alpha)
    {
        int negative = ToBits(x) >> 31;
        return ToFloat((ToBits(x) & ~negative) | (ToBits((float)(alpha * x)) & negative));
    }
    // end

    // begin Elu needs ExpMinusOne
    /// <summary>x for x &gt; 0, else alpha (e^x - 1).</summary>
    public static float Elu(float x, float alpha) => x > 0f ? x : (float)(alpha * ExpMinusOne(x));
    // end

    // begin Selu needs ExpMinusOne
    /// <summary>lambda x for x &gt; 0, else lambda alpha (e^x - 1), with lambda = 1.0507 and alpha = 1.6733.</summary>
    public static float Selu(float x) => x > 0f ? (float)(1.05070098f * x) : (float)(1.75809934f * ExpMinusOne(x));
    // end

    // begin Sigmoid needs ExpOfNegative
    /// <summary>
    /// 1 / (1 + e^-x), within 2.7 ULP; 0 below -87.34, where it would be subnormal. The side with e^-|x| is taken, so nothing overflows
    /// and small results keep their digits.
    /// </summary>
    public static float Sigmoid(float x)
    {
        if (x >= 0f) return (float)(1f / (float)(1f + ExpOfNegative(-x)));
        float e = ExpOfNegative(x);
        return (float)(e / (float)(1f + e));
    }
    // end

    // begin Tanh needs Exp ToBits ToFloat
    /// <summary>tanh x, within 2 ULP: an odd polynomial near 0, else 1 - 2 / (e^2|x| + 1) with the sign of x.</summary>
    public static float Tanh(float x)
    {
        int bits = ToBits(x);
        float magnitude = ToFloat(bits & 0x7FFFFFFF);
        if (magnitude < 0.6f)
        {
            float t = (float)(x * x);
            float p = (float)((float)(-0.00626911968f * t) + 0.0211109594f);
            p = (float)((float)(p * t) - 0.0538739488f);
            p = (float)((float)(p * t) + 0.133329153f);
            p = (float)((float)(p * t) - 0.333333313f);
            return (float)(x + (float)(x * (float)(t * p)));
        }

        // NaN comes out of Exp as NaN; the sign is put back by its bit.
        float result = magnitude > 9.5f ? 1f : (float)(1f - (float)(2f / (float)(Exp((float)(magnitude + magnitude)) + 1f)));
        return ToFloat(ToBits(result) | (bits & ~0x7FFFFFFF));
    }
    // end

    // begin ClippedRelu needs Relu ToBits ToFloat
    /// <summary>min(max(x, +0), most): NaN stays NaN.</summary>
    public static float ClippedRelu(float x, float most)
    {
        float above = Relu(x);
        return above > most ? most : above;
    }
    // end

    // begin Softplus needs Relu ExpOfNegative ToBits ToFloat
    /// <summary>
    /// ln(1 + e^x) = max(x, 0) + ln(1 + t) with t = e^-|x|, within 5 ULP; 0 below -87.34. The logarithm is 2 artanh s with
    /// s = t / (2 + t), at most 1/3: seven terms of its series.
    /// </summary>
    public static float Softplus(float x)
    {
        float t = ExpOfNegative(ToFloat(ToBits(x) | ~0x7FFFFFFF));
        float s = (float)(t / (float)(2f + t)), q = (float)(s * s);
        float p = (float)((float)(0.0769230769f * q) + 0.0909090909f);
        p = (float)((float)(p * q) + 0.111111111f);
        p = (float)((float)(p * q) + 0.142857143f);
        p = (float)((float)(p * q) + 0.2f);
        p = (float)((float)(p * q) + 0.333333333f);
        float half = (float)(s + (float)(s * (float)(q * p)));
        return (float)(Relu(x) + (float)(half + half));
    }
    // end

    // begin Gelu needs ExpOfNegative ToBits ToFloat
    /// <summary>
    /// x Phi(x), within a relative 2e-6 for |x| up to 5; 0 below -14. Phi(-|x|) = erfc(z) / 2 with z = |x| / sqrt 2 and the logarithm of
    /// erfc(z) a polynomial of 1 / (1 + z / 2) (Press et al. 1992, section 6.2).
    /// </summary>
    public static float Gelu(float x)
    {
        if (x > 14f) return x;
        if (x < -14f) return 0f;
        float z = (float)(0.707106769f * ToFloat(ToBits(x) & 0x7FFFFFFF)), t = (float)(1f / (float)(1f + (float)(0.5f * z)));
        float p = (float)((float)(0.17087277f * t) - 0.82215223f);
        p = (float)((float)(p * t) + 1.48851587f);
        p = (float)((float)(p * t) - 1.13520398f);
        p = (float)((float)(p * t) + 0.27886807f);
        p = (float)((float)(p * t) - 0.18628806f);
        p = (float)((float)(p * t) + 0.09678418f);
        p = (float)((float)(p * t) + 0.37409196f);
        p = (float)((float)(p * t) + 1.00002368f);
        float exponent = (float)((float)((float)(p * t) - 1.26551223f) - (float)(z * z));
        float tail = (float)(x * (float)((float)(0.5f * t) * ExpOfNegative(exponent)));
        return x < 0f ? tail : (float)(x - tail);
    }
    // end

    // begin GeluTanh needs Sigmoid
    /// <summary>x / (1 + e^-2u) with u = sqrt(2 / pi) (x + 0.044715 x^3); 0 below -14.</summary>
    public static float GeluTanh(float x)
    {
        if (x < -14f) return 0f;
        float cube = (float)((float)(x * x) * x);
        return (float)(x * Sigmoid((float)(1.59576917f * (float)(x + (float)(0.044715f * cube)))));
    }
    // end

    // begin Silu needs Sigmoid
    /// <summary>x / (1 + e^-x), within 4 ULP; 0 below -88.</summary>
    public static float Silu(float x) => x < -88f ? 0f : (float)(x * Sigmoid(x));
    // end

    // begin HardSwish
    /// <summary>0 below -3, x above 3, x (x / 6 + 1 / 2) between.</summary>
    public static float HardSwish(float x) => x > 3f ? x : x < -3f ? 0f : (float)(x * (float)((float)(0.166666672f * x) + 0.5f));
    // end

    // begin Softmax needs Exp
    /// <summary>
    /// Replaces each value by e^value / sum of all e^value, shifted by the largest so that nothing overflows. The sum runs from the first
    /// to the last. A NaN, a +infinity, or nothing but -infinity makes every result NaN.
    /// </summary>
    public static void Softmax(float[] values)
    {
        float largest = values[0];
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > largest) largest = values[i];
        }

        float sum = 0f;
        for (int i = 0; i < values.Length; i++)
        {
            float e = Exp((float)(values[i] - largest));
            values[i] = e;
            sum = (float)(sum + e);
        }

        for (int i = 0; i < values.Length; i++) values[i] = (float)(values[i] / sum);
    }
    // end

    // begin ExpOfNegative needs Reduced ExpRest ToBits ToFloat
    /// <summary>
    /// e^x for x &lt;= 0, within 1.3 ULP: 0 below -87.34, where it would be subnormal; NaN for NaN. Made for a short wait: 2^n comes from n
    /// by one shift, which brings only the lowest bits of the sum to the exponent, and is multiplied in beside the polynomial.
    /// </summary>
    private static float ExpOfNegative(float x)
    {
        if (!(x >= -87.3365402f)) return x < -87.3365402f ? 0f : x;
        float rounded = (float)((float)(x * 1.44269504f) + 12582912f);
        float scale = ToFloat((ToBits(rounded) << 23) + 0x3F800000);
        float r = Reduced(x, (float)(rounded - 12582912f)), s = (float)(r * r);
        return (float)((float)(scale + (float)(scale * r)) + (float)((float)(scale * s) * ExpRest(r, s)));
    }
    // end

    // begin Larger needs ToBits ToFloat
    /// <summary>The larger of two values, which a max pooling takes: NaN when one of them is, and +0 before -0.</summary>
    public static float Larger(float a, float b)
    {
        // Numbers without a branch, as integers of the same order: which value is larger is as good as random.
        if (float.IsNaN(a) || float.IsNaN(b)) return (float)(a + b);
        int x = ToBits(a), y = ToBits(b);
        x ^= (x >> 31) & 0x7FFFFFFF;
        y ^= (y >> 31) & 0x7FFFFFFF;
        int larger = x > y ? x : y;
        return ToFloat(larger ^ ((larger >> 31) & 0x7FFFFFFF));
    }
    // end

    // begin Exp needs Reduced ExpRest ToBits ToFloat
    /// <summary>e^x, within 1 ULP: infinity above 88.72, subnormal below -87.33, 0 below -103.97, NaN for NaN.</summary>
    public static float Exp(float x)
    {
        if (!(x >= -104f)) return x < -104f ? 0f : x;
        if (x > 88.8f) return float.PositiveInfinity;
        float rounded = (float)((float)(x * 1.44269504f) + 12582912f);
        int n = ToBits(rounded) - 0x4B400000;
        float r = Reduced(x, (float)(rounded - 12582912f)), s = (float)(r * r);
        float e = (float)(1f + (float)(r + (float)(s * ExpRest(r, s))));

        // 2^n in two halves, because it may itself be too large or too small for a float when the product is not.
        int half = n >> 1;
        return (float)((float)(e * ToFloat((half + 127) << 23)) * ToFloat((n - half + 127) << 23));
    }
    // end

    // begin ExpMinusOne needs Exp Reduced ExpRest ToBits ToFloat
    /// <summary>e^x - 1, within 2 ULP also near 0: 2^n (e^r - 1) + (2^n - 1).</summary>
    public static float ExpMinusOne(float x)
    {
        if (!(x >= -18f)) return x < -18f ? -1f : x;
        if (x > 88f) return Exp(x);
        float rounded = (float)((float)(x * 1.44269504f) + 12582912f);
        float scale = ToFloat((ToBits(rounded) - 0x4B400000 + 127) << 23);
        float r = Reduced(x, (float)(rounded - 12582912f)), s = (float)(r * r);
        return (float)((float)(scale * (float)(r + (float)(s * ExpRest(r, s)))) + (float)(scale - 1f));
    }
    // end

    // begin Reduced
    /// <summary>
    /// x - n ln 2, at most 0.3475 in size (Cody and Waite 1980: ln 2 in two parts, so that the large part times n is exact). Callers get n
    /// by adding and taking away 1.5 * 2^23, which rounds to a whole number.
    /// </summary>
    private static float Reduced(float x, float n) =>
        (float)((float)(x - (float)(n * 0.693359375f)) + (float)(n * 0.000212194442f));
    // end

    // begin ExpRest
    /// <summary>
    /// (e^r - 1 - r) / r^2 for |r| &lt;= 0.3475 and s = r^2: the best polynomial of degree 4, which is off by 0.07 roundings of e^r. In
    /// pairs (Estrin 1960), because the result then waits for fewer operations one after the other than by Horner's rule.
    /// </summary>
    private static float ExpRest(float r, float s)
    {
        float upper = (float)((float)(0.00138142216f * s) + (float)((float)(0.00836889911f * r) + 0.0416684039f));
        return (float)((float)(upper * s) + (float)((float)(0.166665196f * r) + 0.49999994f));
    }
    // end

    // begin ToBits
    private static int ToBits(float value) => unchecked((int)FloatBits.Of(value));
    // end

    // begin ToFloat
    private static float ToFloat(int bits) => FloatBits.ToFloat(unchecked((uint)bits));
    // end

    /// <summary>
    /// Applies an element-wise function to one value.
    /// </summary>
    /// <exception cref="System.ArgumentOutOfRangeException">The function is softmax, which needs the whole layer, or unknown.</exception>
    public static float Apply(Activation activation, float x) => activation.Kind switch
    {
        ActivationKind.Identity => x,
        ActivationKind.Relu => Relu(x),
        ActivationKind.LeakyRelu => LeakyRelu(x, activation.Alpha),
        ActivationKind.Elu => Elu(x, activation.Alpha),
        ActivationKind.Selu => Selu(x),
        ActivationKind.Sigmoid => Sigmoid(x),
        ActivationKind.Tanh => Tanh(x),
        ActivationKind.ClippedRelu => ClippedRelu(x, activation.Alpha),
        ActivationKind.Softplus => Softplus(x),
        ActivationKind.Gelu => Gelu(x),
        ActivationKind.GeluTanh => GeluTanh(x),
        ActivationKind.Silu => Silu(x),
        ActivationKind.HardSwish => HardSwish(x),
        _ => throw new System.ArgumentOutOfRangeException(nameof(activation), activation.Kind, "Not an element-wise function."),
    };
}
