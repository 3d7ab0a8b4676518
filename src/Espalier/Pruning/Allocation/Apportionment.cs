namespace Espalier.Pruning.Allocation;

/// <summary>Shares a number of weights out over layers.</summary>
internal static class Apportionment
{
    /// <summary>
    /// Shares <paramref name="keep"/> weights out in proportion to <paramref name="proportions"/>, but at least one to each layer that has
    /// any (while there are as many as layers) and at most <paramref name="most"/>; fractions are rounded by largest remainders.
    /// </summary>
    /// <param name="proportions">What each layer is due, 0 or more; only their ratios matter.</param>
    /// <param name="most">The weights that each layer has left.</param>
    /// <param name="keep">The number to share out, at most the sum of <paramref name="most"/>.</param>
    public static int[] Share(IReadOnlyList<double> proportions, IReadOnlyList<int> most, int keep)
    {
        int least = keep >= most.Count(live => live > 0) ? 1 : 0;

        // The factor that all layers are given, but for those at either end of what they can: by halving, to the last bit.
        double low = 0, high = 1;
        for (int i = 0; i < most.Count; i++) high = Math.Max(high, proportions[i] > 0 ? most[i] / proportions[i] : 0);
        for (double middle = high / 2; low < middle && middle < high; middle = low + (high - low) / 2)
        {
            double sum = 0;
            for (int i = 0; i < most.Count; i++) sum += Exact(i, middle);
            (low, high) = sum <= keep ? (middle, high) : (low, middle);
        }

        double[] exact = [.. most.Select((_, i) => Exact(i, low))];
        int[] shares = Array.ConvertAll(exact, share => (int)share);
        for (int rest = keep - shares.Sum(); rest > 0; rest--)
        {
            shares[Enumerable.Range(0, shares.Length).Where(i => shares[i] < most[i]).MaxBy(i => exact[i] - shares[i])]++;
        }

        return shares;

        double Exact(int layer, double factor) => Math.Min(most[layer], Math.Max(least, factor * proportions[layer]));
    }
}
