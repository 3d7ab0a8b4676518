using Espalier.Pruning.Allocation;

namespace Espalier.Tests.Pruning.Allocation;

public sealed class LevelKnapsackTests
{
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 3000)]
    [InlineData(false, 3000)]
    public void The_program_finds_what_trying_all_combinations_finds(bool isConvex, long unit)
    {
        // In whole buckets, so that nothing is rounded.
        var random = new SeededRandom(3);
        int feasible = 0;
        for (int trial = 0; trial < 200; trial++)
        {
            int layers = 1 + random.Next(4);
            var costs = new double[layers][];
            var times = new long[layers][];
            for (int layer = 0; layer < layers; layer++) (costs[layer], times[layer]) = Curve(random, 1 + random.Next(6), isConvex, unit);
            long budget = unit * (unit == 1 ? random.Next(120) : LevelKnapsack.MaxBuckets);
            if (unit > 1) times = [.. times.Select(layer => Array.ConvertAll(layer, time => time * 100))];
            double expected = BruteForce(costs, times, budget);
            int[]? levels = LevelKnapsack.Solve(costs, times, budget);
            Assert.Equal(double.IsPositiveInfinity(expected), levels is null);
            if (levels is null) continue;
            feasible++;
            Assert.Equal(expected, levels.Select((level, layer) => costs[layer][level]).Sum(), 1e-9);
            Assert.True(levels.Select((level, layer) => times[layer][level]).Sum() <= budget);
        }

        Assert.InRange(feasible, 100, 200);
    }

    [Fact]
    public void Times_that_are_no_whole_buckets_keep_the_budget_and_are_within_a_bucket_a_layer_of_the_best()
    {
        var random = new SeededRandom(4);
        for (int trial = 0; trial < 100; trial++)
        {
            var costs = new double[3][];
            var times = new long[3][];
            for (int layer = 0; layer < 3; layer++) (costs[layer], times[layer]) = Curve(random, 6, isConvex: true, 7919);
            long budget = 7919 * 40 + random.Next(5000), bucket = (budget + LevelKnapsack.MaxBuckets - 1) / LevelKnapsack.MaxBuckets;
            int[]? levels = LevelKnapsack.Solve(costs, times, budget);
            if (levels is null) continue;
            double cost = levels.Select((level, layer) => costs[layer][level]).Sum();
            Assert.True(levels.Select((level, layer) => times[layer][level]).Sum() <= budget);
            Assert.InRange(cost, BruteForce(costs, times, budget) - 1e-9, BruteForce(costs, times, budget - 4 * bucket) + 1e-9);
        }
    }

    [Fact]
    public void What_cannot_be_is_said_so()
    {
        Assert.Null(LevelKnapsack.Solve([[0, 1]], [[5, 3]], 2));
        Assert.Null(LevelKnapsack.Solve([[0, 1]], [[5, 0]], -1));
        Assert.Null(LevelKnapsack.Solve([[double.PositiveInfinity]], [[0]], 10));
        Assert.Equal([1], LevelKnapsack.Solve([[0, 1]], [[5, 0]], 0)!);
        Assert.Throws<ArgumentException>(() => LevelKnapsack.Solve([[0, 1]], [[5]], 2));
        Assert.Throws<ArgumentException>(() => LevelKnapsack.Solve([[0, 1]], [], 2));
        Assert.Throws<ArgumentException>(() => LevelKnapsack.Solve([[0, 1]], [[5, -1]], 2));
    }

    private static (double[] Costs, long[] Times) Curve(SeededRandom random, int levels, bool isConvex, long unit)
    {
        var costs = new double[levels];
        var times = new long[levels];
        for (int level = 0; level < levels; level++)
        {
            costs[level] = isConvex ? level * level * (1 + random.NextDouble()) : random.NextDouble();
            times[level] = unit * (isConvex ? (levels - level) * (5 + random.Next(3)) : random.Next(50));
        }

        return (costs, times);
    }

    private static double BruteForce(double[][] costs, long[][] times, long budget)
    {
        return Best(0, budget);

        double Best(int layer, long left)
        {
            if (left < 0) return double.PositiveInfinity;
            if (layer == costs.Length) return 0;
            double best = double.PositiveInfinity;
            for (int level = 0; level < costs[layer].Length; level++)
            {
                best = Math.Min(best, costs[layer][level] + Best(layer + 1, left - times[layer][level]));
            }

            return best;
        }
    }
}
