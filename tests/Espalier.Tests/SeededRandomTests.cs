namespace Espalier.Tests;

public class SeededRandomTests
{
    // Values of the public reference implementation (xoshiro256starstar.c seeded by splitmix64.c with 0 and 1).
    [Theory]
    [InlineData(0UL, 0x99EC5F36CB75F2B4UL, 0xBF6E1F784956452AUL)]
    [InlineData(1UL, 0xB3F2AF6D0FC710C5UL, 0x853B559647364CEAUL)]
    public void The_sequence_is_that_of_the_published_algorithm(ulong seed, ulong first, ulong second)
    {
        var random = new SeededRandom(seed);
        Assert.Equal(first, random.NextUInt64());
        Assert.Equal(second, random.NextUInt64());
    }

    [Fact]
    public void Restoring_the_state_repeats_the_sequence()
    {
        var random = new SeededRandom(7);
        random.NextNormal();
        (ulong, ulong, ulong, ulong) state = random.State;
        double[] once = [.. Enumerable.Range(0, 50).Select(_ => random.NextNormal())];
        random.State = state;
        Assert.Equal(once, Enumerable.Range(0, 50).Select(_ => random.NextNormal()));
    }

    [Fact]
    public void Bounded_numbers_are_uniform()
    {
        var random = new SeededRandom(3);
        var counts = new int[7];
        for (int i = 0; i < 70_000; i++) counts[random.Next(7)]++;
        // Chi-squared with 6 degrees of freedom: 22.5 is exceeded once in a thousand.
        Assert.True(counts.Sum(count => (count - 10_000.0) * (count - 10_000.0) / 10_000) < 22.5);
    }

    [Fact]
    public void Normal_numbers_have_mean_zero_and_variance_one()
    {
        var random = new SeededRandom(4);
        double[] values = [.. Enumerable.Range(0, 100_000).Select(_ => random.NextNormal())];
        Assert.InRange(values.Average(), -0.013, 0.013);
        Assert.InRange(values.Average(value => value * value), 0.98, 1.02);
    }

    [Fact]
    public void Shuffling_keeps_every_element()
    {
        int[] values = [.. Enumerable.Range(0, 100)];
        new SeededRandom(5).Shuffle(values.AsSpan());
        Assert.NotEqual(Enumerable.Range(0, 100), values);
        Assert.Equal(Enumerable.Range(0, 100), values.Order());
    }
}
