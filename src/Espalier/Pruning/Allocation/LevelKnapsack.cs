namespace Espalier.Pruning.Allocation;

/// <summary>
/// The dynamic program of SPDY (Frantar and Alistarh 2022): of each layer one level, so that the times together stay within a budget and
/// the costs together are least. D(l, T) = min over s of D(l - 1, T - t(l, s)) + c(l, s), over at most 10,000 buckets of time.
/// </summary>
public static class LevelKnapsack
{
    /// <summary>The number of buckets that the budget is divided into when it is larger.</summary>
    public const int MaxBuckets = 10_000;

    /// <summary>Chooses the levels.</summary>
    /// <param name="costs">The cost of each level of each layer; infinity for a level that cannot be.</param>
    /// <param name="times">The time of each level of each layer, 0 or more, in any unit: weights, bytes, nanoseconds.</param>
    /// <param name="budget">The time that the layers may take together.</param>
    /// <returns>
    /// The level of each layer, or null when even the fastest take longer. Exactly the best while the budget is at most 10,000; above, each
    /// time is rounded up to a bucket, so that the budget is kept.
    /// </returns>
    /// <exception cref="ArgumentException">The tables differ in size, or a time is negative.</exception>
    public static int[]? Solve(IReadOnlyList<double[]> costs, IReadOnlyList<long[]> times, long budget)
    {
        ArgumentNullException.ThrowIfNull(costs);
        ArgumentNullException.ThrowIfNull(times);
        Check(costs, times);
        if (budget < 0) return null;
        long bucket = Math.Max(1, (budget + MaxBuckets - 1) / MaxBuckets);
        int buckets = (int)(budget / bucket);
        var least = new double[buckets + 1];
        var chosen = new int[costs.Count][];
        for (int layer = 0; layer < costs.Count; layer++)
        {
            var next = new double[buckets + 1];
            Array.Fill(next, double.PositiveInfinity);
            int[] levels = chosen[layer] = new int[buckets + 1];
            for (int level = 0; level < costs[layer].Length; level++)
            {
                long time = (times[layer][level] + bucket - 1) / bucket;
                double cost = costs[layer][level];
                for (long t = time; t <= buckets; t++)
                {
                    double sum = least[t - time] + cost;
                    if (sum >= next[t]) continue;
                    next[t] = sum;
                    levels[t] = level;
                }
            }

            least = next;
        }

        return double.IsPositiveInfinity(least[buckets]) ? null : Trace(chosen, times, bucket, buckets);
    }

    private static int[] Trace(int[][] chosen, IReadOnlyList<long[]> times, long bucket, long left)
    {
        var levels = new int[chosen.Length];
        for (int layer = chosen.Length - 1; layer >= 0; layer--)
        {
            levels[layer] = chosen[layer][left];
            left -= (times[layer][levels[layer]] + bucket - 1) / bucket;
        }

        return levels;
    }

    private static void Check(IReadOnlyList<double[]> costs, IReadOnlyList<long[]> times)
    {
        if (costs.Count != times.Count) throw new ArgumentException($"Times of {times.Count} layers for {costs.Count}.", nameof(times));
        for (int layer = 0; layer < costs.Count; layer++)
        {
            if (costs[layer].Length != times[layer].Length)
            {
                throw new ArgumentException(
                    $"{times[layer].Length} times for {costs[layer].Length} levels of layer {layer}.", nameof(times));
            }

            if (times[layer].AsSpan().ContainsAnyInRange(long.MinValue, -1))
            {
                throw new ArgumentException($"A time of layer {layer} is negative.", nameof(times));
            }
        }
    }
}
