using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Kernels;

/// <summary>
/// Errors in ULPs of the exact result, against double arithmetic, over every 1,009th float of both signs (4 million of 4.3 billion).
/// </summary>
public sealed class ActivationMathTests
{
    private const uint Step = 1009;
    private const double SmallestNormalFloat = 1.17549435082228751e-38;

    [Fact]
    public void Exp_is_within_1_ulp() => AssertWithin(1.0, ActivationMath.Exp, Math.Exp);

    [Fact]
    public void ExpMinusOne_is_within_2_ulp() => AssertWithin(2.0, ActivationMath.ExpMinusOne, ExpMinusOne);

    [Fact]
    public void Sigmoid_is_within_2_7_ulp() =>
        AssertWithin(2.7, ActivationMath.Sigmoid, x => x >= 0 ? 1 / (1 + Math.Exp(-x)) : NormalExp(x) / (1 + NormalExp(x)));

    [Fact]
    public void Tanh_is_within_2_ulp() => AssertWithin(2.0, ActivationMath.Tanh, Math.Tanh);

    [Fact]
    public void Softplus_is_within_5_ulp() => AssertWithin(
        5.0, ActivationMath.Softplus, x => Math.Max(x, 0) + LogOfOnePlus(NormalExp(-Math.Abs(x))));

    [Theory]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(0f, 0.693147182f)]
    [InlineData(100f, 100f)]
    public void Softplus_at_its_ends(float x, float expected) => Assert.Equal(expected, ActivationMath.Softplus(x));

    [Theory]
    [InlineData(-3f, 0f)]
    [InlineData(2f, 2f)]
    [InlineData(7f, 6f)]
    [InlineData(float.PositiveInfinity, 6f)]
    public void Clipped_relu_stays_within_its_bounds(float x, float expected) => Assert.Equal(expected, ActivationMath.ClippedRelu(x, 6));

    [Theory]
    [InlineData(-14.5f, 0f)]
    [InlineData(-3f, -0.00404969409f)]
    [InlineData(-1f, -0.158655254f)]
    [InlineData(0f, 0f)]
    [InlineData(0.5f, 0.345731231f)]
    [InlineData(2f, 1.95449974f)]
    [InlineData(15f, 15f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    public void Gelu_is_x_times_the_normal_distribution_function(float x, float expected)
    {
        if (float.IsFinite(x)) Assert.InRange(
            ActivationMath.Gelu(x), expected - 2e-6f * Math.Abs(expected), expected + 2e-6f * Math.Abs(expected));
        else Assert.Equal(expected, ActivationMath.Gelu(x));
    }

    [Theory]
    [InlineData(-3.1f, 0f)]
    [InlineData(-1.5f, -0.375f)]
    [InlineData(0f, 0f)]
    [InlineData(4f, 4f)]
    [InlineData(float.NegativeInfinity, 0f)]
    public void Hard_swish_has_three_pieces(float x, float expected) => Assert.Equal(expected, ActivationMath.HardSwish(x));

    [Fact]
    public void Silu_is_within_4_ulp() => AssertWithin(4.0, ActivationMath.Silu, x => x < -87.3365402f ? 0 : x / (1 + Math.Exp(-x)));

    [Fact]
    public void Gelu_by_tanh_is_what_its_definition_says()
    {
        for (float x = -6; x <= 6; x += 0.01f)
        {
            double exact = x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))) / 2;
            Assert.InRange(ActivationMath.GeluTanh(x), exact - 1e-6 * (1 + Math.Abs(exact)), exact + 1e-6 * (1 + Math.Abs(exact)));
        }
    }

    [Fact]
    public void Elu_is_within_3_ulp() => AssertWithin(3.0, x => ActivationMath.Elu(x, 0.7f), x => x > 0 ? x : 0.7f * ExpMinusOne(x));

    [Fact]
    public void Selu_is_within_3_ulp() =>
        AssertWithin(3.0, ActivationMath.Selu, x => x > 0 ? 1.0507009873554805 * x : 1.7580993408473766 * ExpMinusOne(x));

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(88.73f, float.PositiveInfinity)]
    [InlineData(-103.9f, float.Epsilon)]
    [InlineData(-104.1f, 0f)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(float.MaxValue, float.PositiveInfinity)]
    [InlineData(float.MinValue, 0f)]
    public void Exp_at_its_ends(float x, float expected) => Assert.Equal(expected, ActivationMath.Exp(x));

    [Theory]
    [InlineData(-87.3365479f, 0f)]
    [InlineData(-87.3365402f, 1.17549968E-38f)]
    [InlineData(float.MinValue, 0f)]
    [InlineData(-17.5f, 2.510999E-08f)]
    [InlineData(0f, 0.5f)]
    [InlineData(17.5f, 1f)]
    [InlineData(float.MaxValue, 1f)]
    public void Sigmoid_at_its_ends(float x, float expected) => Assert.Equal(expected, ActivationMath.Sigmoid(x));

    [Theory]
    [InlineData(3f, 3f)]
    [InlineData(-3f, 0f)]
    [InlineData(float.Epsilon, float.Epsilon)]
    [InlineData(-float.Epsilon, 0f)]
    [InlineData(float.MaxValue, float.MaxValue)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, 0f)]
    public void Relu_is_the_maximum_with_zero(float x, float expected) => Assert.Equal(expected, ActivationMath.Relu(x));

    [Fact]
    public void Relu_of_minus_zero_is_plus_zero() => Assert.Equal(0u, BitConverter.SingleToUInt32Bits(ActivationMath.Relu(-0f)));

    [Theory]
    [InlineData(2f, 2f)]
    [InlineData(-2f, -0.5f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity)]
    public void LeakyRelu_scales_the_negative_side(float x, float expected) => Assert.Equal(expected, ActivationMath.LeakyRelu(x, 0.25f));

    [Fact]
    public void Functions_approach_their_limits()
    {
        Assert.Equal((1f, 0f), (ActivationMath.Sigmoid(float.PositiveInfinity), ActivationMath.Sigmoid(float.NegativeInfinity)));
        Assert.Equal((1f, -1f), (ActivationMath.Tanh(float.PositiveInfinity), ActivationMath.Tanh(float.NegativeInfinity)));
        Assert.Equal((1f, -1f), (ActivationMath.Tanh(9.6f), ActivationMath.Tanh(-9.6f)));
        Assert.Equal(-0.5f, ActivationMath.Elu(float.NegativeInfinity, 0.5f));
    }

    [Theory]
    [InlineData(0x7FC00000u)]
    [InlineData(0xFFC00000u)]
    [InlineData(0x7F800001u)]
    [InlineData(0xFFFFFFFFu)]
    public void Nan_stays_nan_whatever_its_bits(uint bits)
    {
        float nan = BitConverter.UInt32BitsToSingle(bits);
        foreach (ActivationKind kind in Enum.GetValues<ActivationKind>().Where(kind => kind != ActivationKind.Softmax))
        {
            Assert.True(float.IsNaN(ActivationMath.Apply(new Activation(kind, 0.5f), nan)), kind.ToString());
        }
    }

    [Fact]
    public void Apply_refuses_softmax() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ActivationMath.Apply(Activation.Softmax, 1));

    [Fact]
    public void Softmax_sums_to_one_and_keeps_the_order()
    {
        float[] values = [1f, 3f, 2f, -50f];
        ActivationMath.Softmax(values);
        Assert.Equal(1.0, values.Sum(value => (double)value), 6);
        Assert.True(values[1] > values[2] && values[2] > values[0] && values[0] > values[3] && values[3] > 0);
        double total = new[] { 1.0, 3, 2, -50 }.Sum(Math.Exp);
        Assert.Equal(Math.Exp(3) / total, values[1], 6);
    }

    [Theory]
    [InlineData(1e38f, -1e38f, 1f, 0f)]
    [InlineData(3e38f, 3e38f, 0.5f, 0.5f)]
    [InlineData(5f, float.NegativeInfinity, 1f, 0f)]
    [InlineData(5f, float.PositiveInfinity, float.NaN, float.NaN)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity, float.NaN, float.NaN)]
    [InlineData(float.NaN, 1f, float.NaN, float.NaN)]
    [InlineData(1f, float.NaN, float.NaN, float.NaN)]
    public void Softmax_at_its_ends(float first, float second, float expectedFirst, float expectedSecond)
    {
        float[] values = [first, second];
        ActivationMath.Softmax(values);
        Assert.Equal([expectedFirst, expectedSecond], values);
    }

    /// <summary>ln(1 + t) in double, by its series where the sum would lose digits.</summary>
    private static double LogOfOnePlus(double t) => t < 1e-4 ? t - t * t / 2 + t * t * t / 3 : Math.Log(1 + t);

    /// <summary>e^x in double, but 0 where it is no normal float.</summary>
    private static double NormalExp(double x) => Math.Exp(x) < SmallestNormalFloat ? 0 : Math.Exp(x);

    /// <summary>e^x - 1 in double without cancellation: Kahan's correction of the naive form.</summary>
    private static double ExpMinusOne(double x)
    {
        double power = Math.Exp(x);
        if (power == 1) return x;
        return power - 1 == -1 ? -1 : double.IsInfinity(power) ? power : (power - 1) * x / Math.Log(power);
    }

    private static void AssertWithin(double bound, Func<float, float> function, Func<double, double> exact)
    {
        (double worst, float worstAt) = (0, 0);
        for (ulong bits = 0; bits <= uint.MaxValue; bits += Step)
        {
            float x = BitConverter.UInt32BitsToSingle((uint)bits);
            if (float.IsNaN(x)) continue;
            double error = Ulps(function(x), exact(x));
            if (error > worst) (worst, worstAt) = (error, x);
        }

        Assert.True(worst <= bound, $"{worst:0.000} ULP at {worstAt:R}: {function(worstAt):R} for {exact(worstAt):R}; allowed {bound}.");
        Assert.True(worst > 0.5, $"{worst} ULP is better than rounding allows: the comparison is wrong.");
    }

    /// <summary>
    /// The distance from the exact result in units of its last place as a float; where that rounds to infinity, infinity is right.
    /// </summary>
    private static double Ulps(float actual, double exact)
    {
        float rounded = (float)exact;
        if (float.IsInfinity(rounded) || float.IsInfinity(actual)) return actual == rounded ? 0 : double.PositiveInfinity;
        float magnitude = Math.Abs(rounded);
        double ulp = magnitude == float.MaxValue ? magnitude - MathF.BitDecrement(magnitude) : MathF.BitIncrement(magnitude) - magnitude;
        return Math.Abs(actual - exact) / ulp;
    }
}
