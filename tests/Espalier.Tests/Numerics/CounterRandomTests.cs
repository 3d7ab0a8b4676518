using System.Numerics;
using Espalier.Numerics;

namespace Espalier.Tests.Numerics;

public sealed class CounterRandomTests
{
    [Theory]
    // The known answers of Random123 (Salmon et al. 2011): key words, counter words, result words.
    [InlineData(0u, 0u, 0u, 0u, 0x6b200159u, 0x99ba4efeu)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x1cb996fcu, 0xbb002be7u)]
    [InlineData(0x13198a2eu, 0x03707344u, 0x243f6a88u, 0x85a308d3u, 0xc4923a9cu, 0x483df7a0u)]
    public void Words_are_those_of_the_published_generator(uint key0, uint key1, uint counter0, uint counter1, uint first, uint second)
    {
        var random = new CounterRandom(key0 | (ulong)key1 << 32);
        Assert.Equal((new Vector<uint>(first), new Vector<uint>(second)), random.Encrypt(new(counter0), new(counter1)));
    }

    [Fact]
    public void A_number_depends_on_key_step_and_place_alone()
    {
        var whole = new float[1300];
        var part = new float[700];
        new CounterRandom(7).FillUniform(3, 0, whole);
        new CounterRandom(7).FillUniform(3, 1, part);
        Assert.Equal(whole[CounterRandom.BlockLength..(CounterRandom.BlockLength + 700)], part);
        new CounterRandom(7).FillUniform(4, 1, part);
        Assert.Empty(whole.Intersect(part));
        new CounterRandom(8).FillUniform(3, 1, part);
        Assert.Empty(whole.Intersect(part));
        Assert.Equal((0, 1), (CounterRandom.BlocksOf(0), CounterRandom.BlocksOf(1)));
        Assert.Equal((1, 2), (CounterRandom.BlocksOf(512), CounterRandom.BlocksOf(513)));
    }

    [Fact]
    public void Uniform_numbers_fill_the_open_interval_evenly()
    {
        var numbers = new float[1_000_000];
        new CounterRandom(1).FillUniform(0, 0, numbers);
        Assert.All(numbers, number => Assert.InRange(number, float.Epsilon, MathF.BitDecrement(1)));
        AssertFollows(numbers, number => number);
        Assert.InRange(Correlation(numbers), -0.004, 0.004);
    }

    [Fact]
    public void Normal_numbers_follow_the_normal_distribution()
    {
        var numbers = new float[1_000_000];
        new CounterRandom(2).FillNormal(0, 0, numbers);
        AssertFollows(numbers, number => MathNet.Numerics.Distributions.Normal.CDF(0, 1, number));
        Assert.InRange(Correlation(numbers), -0.004, 0.004);
        Assert.InRange(numbers.Max(), 4.3, 6);
    }

    // Kolmogorov and Smirnov: the largest distance between the two distribution functions; 1.95 / sqrt(n) is exceeded once in a thousand.
    private static void AssertFollows(float[] numbers, Func<double, double> distribution)
    {
        float[] sorted = [.. numbers.Order()];
        double largest = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(distribution(sorted[i]) - (i + 0.5) / sorted.Length));
        }

        Assert.InRange(largest, 0, 1.95 / Math.Sqrt(sorted.Length));
    }

    // Of a number with the one half a block later, which is the other of its pair for one half of them.
    private static double Correlation(float[] numbers)
    {
        const int Distance = CounterRandom.BlockLength / 2;
        double mean = numbers.Average(number => (double)number), covariance = 0, variance = 0;
        for (int i = 0; i < numbers.Length - Distance; i++)
        {
            covariance += (numbers[i] - mean) * (numbers[i + Distance] - mean);
            variance += (numbers[i] - mean) * (numbers[i] - mean);
        }

        return covariance / variance;
    }
}
