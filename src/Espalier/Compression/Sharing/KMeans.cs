namespace Espalier.Compression.Sharing;

/// <summary>
/// k-means on a line by Lloyd's iteration (1982): assign each value to its nearest centroid, move each centroid to the mean of its values,
/// until nothing changes. On sorted values a cluster is a stretch between two midpoints, so that a round takes k binary searches.
/// </summary>
public static class KMeans
{
    // Rounds end by themselves, because each lowers the inertia; this only guards against two assignments that differ by rounding alone.
    private const int MaxRounds = 10_000;

    /// <summary>Divides <paramref name="values"/> into at most <paramref name="count"/> clusters.</summary>
    /// <param name="values">Finite numbers in any order.</param>
    /// <param name="count">The most clusters, at least one. No more distinct values than that become a cluster each.</param>
    /// <param name="start">Where the centroids start.</param>
    /// <param name="seed">Draws those of <see cref="CentroidStart.Random"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is not positive, or there is no such start.</exception>
    public static Clustering Run(ReadOnlySpan<float> values, int count, CentroidStart start, ulong seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (!Enum.IsDefined(start)) throw new ArgumentOutOfRangeException(nameof(start), start, "Not a start.");
        if (values.IsEmpty) return new Clustering([], [], [0]);
        var order = new int[values.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        float[] sorted = values.ToArray();
        Array.Sort(sorted, order);

        double[] distinct = Distinct(sorted);
        double[] centroids = distinct.Length <= count ? distinct : Start(sorted, count, start, seed);
        (int[] ends, List<double> inertias) = Iterate(sorted, centroids);

        var kept = new List<float>();
        var members = new int[values.Length];
        for (int c = 0, from = 0; c < centroids.Length; from = ends[c++])
        {
            if (ends[c] == from) continue;
            for (int i = from; i < ends[c]; i++) members[order[i]] = kept.Count;
            kept.Add((float)centroids[c]);
        }

        return new Clustering(kept, members, inertias);
    }

    /// <summary>The starting centroids, ascending.</summary>
    internal static double[] Start(ReadOnlySpan<float> sorted, int count, CentroidStart start, ulong seed)
    {
        var centroids = new double[count];
        var random = new SeededRandom(seed);
        double low = sorted[0], high = sorted[^1];
        for (int c = 0; c < count; c++)
        {
            centroids[c] = start switch
            {
                CentroidStart.Linear => count == 1 ? (low + high) / 2 : low + (high - low) * c / (count - 1),
                CentroidStart.Density => sorted[(int)((2L * c + 1) * sorted.Length / (2L * count))],
                _ => sorted[random.Next(sorted.Length)],
            };
        }

        Array.Sort(centroids);
        return centroids;
    }

    /// <summary>Moves the centroids until the clusters stay; gives where each cluster ends in the sorted values.</summary>
    private static (int[] Ends, List<double> Inertias) Iterate(float[] sorted, double[] centroids)
    {
        int[] ends = Assign(sorted, centroids);
        var inertias = new List<double> { Inertia(sorted, centroids, ends) };
        for (int round = 0; round < MaxRounds; round++)
        {
            for (int c = 0, from = 0; c < centroids.Length; from = ends[c++])
            {
                // The mean as an offset from the smallest: exact when all values are equal. An empty cluster stays where it is.
                double sum = 0;
                for (int i = from; i < ends[c]; i++) sum += (double)sorted[i] - sorted[from];
                if (ends[c] > from) centroids[c] = sorted[from] + sum / (ends[c] - from);
            }

            int[] next = Assign(sorted, centroids);
            inertias.Add(Inertia(sorted, centroids, next));
            if (next.AsSpan().SequenceEqual(ends)) break;
            ends = next;
        }

        return (ends, inertias);
    }

    /// <summary>For each cluster the position behind its last value; a value halfway between two centroids goes to the lower one.</summary>
    private static int[] Assign(float[] sorted, double[] centroids)
    {
        var ends = new int[centroids.Length];
        for (int c = 0, from = 0; c < ends.Length; from = ends[c++])
        {
            ends[c] = c == ends.Length - 1 ? sorted.Length : FirstAbove(sorted, from, (centroids[c] + centroids[c + 1]) / 2);
        }

        return ends;
    }

    private static int FirstAbove(float[] sorted, int from, double bound)
    {
        int to = sorted.Length;
        while (from < to)
        {
            int middle = from + (to - from) / 2;
            if (sorted[middle] > bound) to = middle;
            else from = middle + 1;
        }

        return from;
    }

    private static double Inertia(float[] sorted, double[] centroids, int[] ends)
    {
        double sum = 0;
        for (int c = 0, from = 0; c < ends.Length; from = ends[c++])
        {
            for (int i = from; i < ends[c]; i++)
            {
                double distance = sorted[i] - centroids[c];
                sum += distance * distance;
            }
        }

        return sum;
    }

    private static double[] Distinct(float[] sorted)
    {
        var distinct = new List<double>();
        foreach (float value in sorted)
        {
            if (distinct.Count == 0 || value != distinct[^1]) distinct.Add(value);
        }

        return [.. distinct];
    }
}
