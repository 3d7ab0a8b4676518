namespace Espalier.Data;

/// <summary>Divides a set into parts by chance, class by class: each class has in every part the share it has in the whole.</summary>
public static class DatasetSplitter
{
    /// <summary>
    /// Divides a set without a test part. With target values instead of classes, the whole set is drawn from as one.
    /// </summary>
    /// <param name="whole">All samples.</param>
    /// <param name="testFraction">The share of the test part, in (0, 1); its size is that share of the whole, rounded, but neither part
    /// is empty.</param>
    /// <param name="seed">Draws the test part.</param>
    /// <exception cref="EspalierException">There are fewer than 2 samples.</exception>
    public static DataSplit Split(Dataset whole, double testFraction, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(whole);
        (int[] kept, int[] carved) = Draw(whole, testFraction, seed);
        return new DataSplit(whole.Subset($"{whole.Name} train", kept), whole.Subset($"{whole.Name} test", carved));
    }

    /// <summary>Takes a validation part out of a training set, in the same way as <see cref="Split"/> takes a test part.</summary>
    /// <exception cref="EspalierException">There are fewer than 2 samples.</exception>
    public static (Dataset Train, Dataset Validation) CarveValidation(Dataset train, double fraction, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(train);
        (int[] kept, int[] carved) = Draw(train, fraction, seed);
        return (train.Subset(train.Name, kept), train.Subset($"{train.Name} validation", carved));
    }

    /// <summary>
    /// Divides a set for cross-validation: each fold is the test part once, and the others are the training part. Sizes of folds differ by
    /// one sample at most, and so do those of a class's parts in them.
    /// </summary>
    /// <param name="whole">All samples.</param>
    /// <param name="folds">The number of folds, at least 2.</param>
    /// <param name="seed">Deals the samples out.</param>
    /// <exception cref="EspalierException">There are fewer than 2 folds, or fewer samples than folds.</exception>
    public static IReadOnlyList<DataSplit> Folds(Dataset whole, int folds, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(whole);
        if (folds < 2 || folds > whole.Count)
        {
            throw new EspalierException(
                $"{whole.Name}: {whole.Count} samples cannot be divided into {folds} folds; give a number from 2 to {whole.Count}.");
        }

        // Classes are dealt one after another without a gap, as cards are: that evens out both the classes and the folds.
        var random = new SeededRandom(seed);
        var foldOf = new int[whole.Count];
        int dealt = 0;
        foreach (int[] members in IndicesByClass(whole))
        {
            random.Shuffle<int>(members);
            foreach (int sample in members) foldOf[sample] = dealt++ % folds;
        }

        int[] order = [.. Enumerable.Range(0, whole.Count)];
        random.Shuffle<int>(order);
        return
        [
            .. Enumerable.Range(0, folds).Select(fold => new DataSplit(
                whole.Subset($"{whole.Name} train {fold + 1}", Array.FindAll(order, sample => foldOf[sample] != fold)),
                whole.Subset($"{whole.Name} test {fold + 1}", Array.FindAll(order, sample => foldOf[sample] == fold)))),
        ];
    }

    /// <summary>
    /// How many samples of each class go to the smaller part: the fraction's share, rounded down or up so that the sum is right (largest
    /// remainders first).
    /// </summary>
    internal static int[] Apportion(ReadOnlySpan<int> classCounts, double fraction)
    {
        int total = 0;
        foreach (int count in classCounts) total += count;
        var shares = new int[classCounts.Length];
        var remainders = new (double Remainder, int Class)[classCounts.Length];
        int left = Math.Clamp((int)Math.Round(total * fraction, MidpointRounding.AwayFromZero), 1, total - 1);
        for (int c = 0; c < shares.Length; c++)
        {
            double exact = classCounts[c] * fraction;
            shares[c] = (int)exact;
            remainders[c] = (exact - shares[c], c);
            left -= shares[c];
        }

        Array.Sort(remainders, static (a, b) => (b.Remainder, a.Class).CompareTo((a.Remainder, b.Class)));
        for (int i = 0; left > 0; i = (i + 1) % remainders.Length)
        {
            int c = remainders[i].Class;
            if (shares[c] == classCounts[c]) continue;
            shares[c]++;
            left--;
        }

        return shares;
    }

    private static (int[] Kept, int[] Carved) Draw(Dataset whole, double fraction, ulong seed)
    {
        if (!(fraction > 0 && fraction < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "A share lies between 0 and 1.");
        }

        if (whole.Count < 2)
        {
            throw new EspalierException($"{whole.Name}: {whole.Count} sample cannot be divided into two parts; give at least 2.");
        }

        var random = new SeededRandom(seed);
        int[][] classes = IndicesByClass(whole);
        int[] shares = Apportion(Array.ConvertAll(classes, members => members.Length), fraction);
        int carvedCount = shares.Sum();
        var carved = new List<int>(carvedCount);
        var kept = new List<int>(whole.Count - carvedCount);
        for (int c = 0; c < classes.Length; c++)
        {
            random.Shuffle<int>(classes[c]);
            carved.AddRange(classes[c].AsSpan(0, shares[c]));
            kept.AddRange(classes[c].AsSpan(shares[c]));
        }

        // Many files are sorted by class; whoever takes the first n samples of a part shall get all classes.
        int[] keptOrder = [.. kept], carvedOrder = [.. carved];
        random.Shuffle<int>(keptOrder);
        random.Shuffle<int>(carvedOrder);
        return (keptOrder, carvedOrder);
    }

    private static int[][] IndicesByClass(Dataset whole)
    {
        int[] all = [.. Enumerable.Range(0, whole.Count)];
        if (whole.Labels is not { } labels) return [all];
        var members = new List<int>[whole.ClassNames.Count];
        for (int c = 0; c < members.Length; c++) members[c] = [];
        foreach (int i in all) members[labels[i]].Add(i);
        return Array.ConvertAll(members, list => list.ToArray());
    }
}
