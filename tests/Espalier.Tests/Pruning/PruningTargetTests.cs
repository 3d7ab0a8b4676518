using Espalier.Pruning;

namespace Espalier.Tests.Pruning;

public sealed class PruningTargetTests
{
    [Theory]
    [InlineData(1, 266_200)]
    [InlineData(0.08, 21_296)]
    [InlineData(1e-9, 1)]
    [InlineData(1.0 / 3, 88_733)]
    [InlineData(0.5 / 266_200 + 1e-12, 1)]
    public void A_fraction_is_of_all_weights_and_leaves_at_least_one(double fraction, int weights) =>
        Assert.Equal(weights, Assert.IsType<PruningTarget.Kept>(PruningTarget.Fraction(fraction)).CountOf(266_200, 266_200));

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(1.0000001)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_impossible_fraction_is_refused(double fraction)
    {
        string message = Assert.Throws<EspalierException>(() => PruningTarget.Fraction(fraction)).Message;
        Assert.Contains("give a number above 0 and up to 1", message, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"{fraction}"), message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void An_impossible_count_is_refused(int count) => Assert.Equal(
        $"{count} weights cannot be kept; give a number of at least 1.",
        Assert.Throws<EspalierException>(() => PruningTarget.Count(count)).Message);

    [Theory]
    [InlineData(-0.1)]
    [InlineData(100.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_impossible_error_rise_is_refused(double points) => Assert.Contains(
        "give 0 to 100", Assert.Throws<EspalierException>(() => PruningTarget.ErrorRise(points)).Message, StringComparison.Ordinal);

    [Fact]
    public void More_weights_than_are_left_are_refused()
    {
        var target = Assert.IsType<PruningTarget.Kept>(PruningTarget.Count(301));
        Assert.Equal("301 weights are to be kept, but only 300 of 1000 are left; pruning never revives any. Ask for fewer.",
            Assert.Throws<EspalierException>(() => target.CountOf(1000, 300)).Message);
        Assert.Equal(301, target.CountOf(1000, 301));
    }
}
