using System.Globalization;
using Espalier.Compilation.Emit;

namespace Espalier.Compilation.Tests.Emit;

public sealed class FloatLiteralTests
{
    [Theory]
    [InlineData(0f, "0f")]
    [InlineData(-0f, "-0f")]
    [InlineData(1f, "1f")]
    [InlineData(-1.5f, "-1.5f")]
    [InlineData(0.1f, "0.100000001f")]
    [InlineData(float.Epsilon, "1.40129846E-45f")]
    [InlineData(float.MaxValue, "3.40282347E+38f")]
    [InlineData(16777216f, "16777216f")]
    public void Known_values(float value, string expected) => Assert.Equal(expected, FloatLiteral.Of(value));

    [Fact]
    public void Random_floats_round_trip_through_text()
    {
        var random = new Random(3);
        for (int i = 0; i < 100_000; i++)
        {
            float value = BitConverter.Int32BitsToSingle(random.Next() | (random.Next(2) << 31));
            if (!float.IsFinite(value)) continue;
            string literal = FloatLiteral.Of(value);
            float back = float.Parse(literal.AsSpan(0, literal.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture);
            Assert.Equal(BitConverter.SingleToInt32Bits(value), BitConverter.SingleToInt32Bits(back));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_has_no_literal_is_refused(float value) => Assert.Throws<ArgumentException>(() => FloatLiteral.Of(value));
}
