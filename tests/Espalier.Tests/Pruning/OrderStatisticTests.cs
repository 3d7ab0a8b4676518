using Espalier.Pruning;

namespace Espalier.Tests.Pruning;

public sealed class OrderStatisticTests
{
    [Fact]
    public void Every_index_of_random_numbers_with_ties_and_extremes_is_that_of_a_sort()
    {
        float[] extremes =
            [float.NegativeInfinity, float.MinValue, -float.Epsilon, 0f, float.Epsilon, float.MaxValue, float.PositiveInfinity];
        for (ulong seed = 1; seed <= 60; seed++)
        {
            var random = new SeededRandom(seed);
            var values = new float[1 + random.Next(200)];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = random.Next(4) switch
                {
                    0 => extremes[random.Next(extremes.Length)],
                    1 => random.Next(7) - 3,
                    2 => BitConverter.UInt32BitsToSingle((uint)random.Next(int.MaxValue)),
                    _ => (float)random.NextNormal(),
                };
                if (float.IsNaN(values[i])) values[i] = -1;
            }

            CheckAll(values);
        }
    }

    [Fact]
    public void One_number_and_equal_numbers_are_found()
    {
        Assert.Equal(-2.5f, OrderStatistic.Select([-2.5f], 0));
        CheckAll([.. Enumerable.Repeat(3f, 17)]);
        CheckAll([.. Enumerable.Repeat(float.NegativeInfinity, 5)]);
    }

    [Fact]
    public void Minus_zero_counts_as_the_smaller_of_two_zeros()
    {
        Assert.True(float.IsNegative(OrderStatistic.Select([0f, -0f, 0f], 0)));
        Assert.False(float.IsNegative(OrderStatistic.Select([0f, -0f, 0f], 1)));
    }

    [Fact]
    public void Numbers_are_left_in_their_order()
    {
        float[] values = [3, 1, 2];
        Assert.Equal(2, OrderStatistic.Select(values, 1));
        Assert.Equal([3, 1, 2], values);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Index_out_of_range_is_refused(int index) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => OrderStatistic.Select([1, 2], index));

    // Partitioning about a median of three takes n^2 / 4 = 10^10 steps on the pipes, about the first element on the sorted ones.
    [Theory]
    [InlineData("rising")]
    [InlineData("falling")]
    [InlineData("pipes")]
    [InlineData("valley")]
    [InlineData("saw")]
    [InlineData("constant")]
    public void Long_arrays_that_are_hard_for_partitioning_are_solved(string shape)
    {
        const int Count = 200_000;
        float[] values = [.. Enumerable.Range(0, Count).Select(i => (float)(shape switch
        {
            "rising" => i,
            "falling" => -i,
            "pipes" => Math.Min(i, Count - 1 - i),
            "valley" => Math.Max(i, Count - 1 - i),
            "saw" => i % 447,
            _ => 1,
        }))];
        float[] sorted = [.. values];
        Array.Sort(sorted);
        foreach (int index in (int[])[0, 1, Count / 3, Count / 2, Count - 2, Count - 1])
        {
            Assert.Equal(sorted[index], OrderStatistic.Select(values, index));
        }
    }

    private static void CheckAll(float[] values)
    {
        float[] sorted = [.. values];
        Array.Sort(sorted);
        for (int i = 0; i < values.Length; i++) Assert.Equal(sorted[i], OrderStatistic.Select(values, i));
    }
}
