using Espalier.Pruning.Patterns;

namespace Espalier.Tests.Pruning.Patterns;

public sealed class PruningPatternTests
{
    [Theory]
    [InlineData("weights")]
    [InlineData("2of32")]
    [InlineData("16of16")]
    [InlineData("1of8")]
    [InlineData("of32")]
    [InlineData("16x1")]
    [InlineData("8x1")]
    [InlineData("2of4")]
    [InlineData("1x4")]
    [InlineData("1x8")]
    public void A_spelling_is_read_and_written_alike(string text)
    {
        PruningPattern pattern = PruningPattern.Parse(text);
        Assert.Equal(text, pattern.Name);
        Assert.Equal(text, pattern.ToString());
        Assert.Equal(text == "weights" ? text : text + " live", (pattern with { Order = PatternOrder.Live }).ToString());
        Assert.Equal(pattern, PruningPattern.Parse(text));
        Assert.Equal(char.IsDigit(text[0]) && text.Contains("of", StringComparison.Ordinal), pattern.SaysHowMany);
    }

    [Theory]
    [InlineData("", "no pattern")]
    [InlineData("Weights", "no pattern")]
    [InlineData("2 of 32", "no pattern")]
    [InlineData("2:32", "no pattern")]
    [InlineData("x1", "no pattern")]
    [InlineData("-2of32", "no pattern")]
    [InlineData("99999999999of32", "no pattern")]
    [InlineData("2of32\n", "no pattern")]
    [InlineData("2of24", "8, 16 or 32")]
    [InlineData("of4", "8, 16 or 32")]
    [InlineData("4x1", "8, 16 or 32")]
    [InlineData("1x1", "8, 16 or 32")]
    [InlineData("1x16", "4 or 8")]
    [InlineData("2of2", "4, 8, 16 or 32")]
    [InlineData("16x2", "16x1 or 1x2")]
    [InlineData("0of32", "0 of each 32")]
    [InlineData("33of32", "33 of each 32")]
    public void What_means_no_pattern_is_refused_with_what_would(string text, string hint)
    {
        string message = Assert.Throws<EspalierException>(() => PruningPattern.Parse(text)).Message;
        Assert.Contains(hint, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Patterns_without_a_member_are_refused()
    {
        Assert.Throws<EspalierException>(() => PruningPattern.Blocks(0));
        Assert.Throws<EspalierException>(() => PruningPattern.Blocks(4, 0));
        Assert.Throws<EspalierException>(() => PruningPattern.Even(0));
        Assert.Throws<EspalierException>(() => PruningPattern.Balanced(5, 4));
    }
}
