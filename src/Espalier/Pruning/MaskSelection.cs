using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>
/// Removes the weights of the lowest scores until just so many are left. Counts are exact; among equal scores the earlier
/// layer goes first, then the lower index.
/// </summary>
public static class MaskSelection
{
    /// <summary>Removes weights from <paramref name="network"/> until <paramref name="keep"/> are left; those already removed stay so.</summary>
    /// <param name="network">The network, whose masks change.</param>
    /// <param name="scores">A score for each weight: see <see cref="PruningCriterion.Score"/>.</param>
    /// <param name="keep">The number of weights to leave, at most as many as live.</param>
    /// <param name="scope">Which weights compete.</param>
    /// <returns>The highest score that was removed; negative infinity when none was.</returns>
    /// <exception cref="ArgumentException">A score is NaN, the scores do not fit the network, or fewer weights live than are to be left.</exception>
    public static float Apply(TrainableNetwork network, float[][] scores, int keep, PruningScope scope)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(scores);
        IReadOnlyList<Parameter> layers = network.PrunableParameters;
        if (scores.Length != layers.Count) throw new ArgumentException($"Scores of {scores.Length} layers for {layers.Count}.", nameof(scores));
        if (scope == PruningScope.Global) return Remove([.. layers], scores, keep);
        int[] shares = Apportion(layers, keep);
        float highest = float.NegativeInfinity;
        for (int i = 0; i < layers.Count; i++) highest = Math.Max(highest, Remove([layers[i]], [scores[i]], shares[i]));
        return highest;
    }

    /// <summary>
    /// The number of weights that each layer keeps of <paramref name="keep"/> in all: in proportion to its size, by largest remainders, at
    /// least one, and no more than it has left.
    /// </summary>
    internal static int[] Apportion(IReadOnlyList<Parameter> layers, int keep)
    {
        long all = layers.Sum(layer => (long)layer.Values.Length);
        double[] exact = [.. layers.Select(layer => (double)keep * layer.Values.Length / all)];
        int[] live = [.. layers.Select(layer => layer.LiveCount)];
        if (keep > live.Sum()) throw new ArgumentException($"{keep} weights are to be left of {live.Sum()}.", nameof(keep));
        int[] shares = [.. exact.Select((share, i) => Math.Min(live[i], (int)share))];
        if (keep >= layers.Count(layer => layer.LiveCount > 0))
        {
            for (int i = 0; i < shares.Length; i++) shares[i] = Math.Max(shares[i], Math.Min(1, live[i]));
        }

        // What rounding, the least of one and full layers left over goes one by one to where the share is furthest from exact.
        for (int rest = keep - shares.Sum(); rest != 0; rest -= Math.Sign(rest))
        {
            int step = Math.Sign(rest);
            int best = Enumerable.Range(0, shares.Length)
                .Where(i => step > 0 ? shares[i] < live[i] : shares[i] > 1)
                .MaxBy(i => step * (exact[i] - shares[i]));
            shares[best] += step;
        }

        return shares;
    }

    private static float Remove(Parameter[] layers, float[][] scores, int keep)
    {
        float[] live = LiveScores(layers, scores);
        int remove = live.Length - keep;
        if (remove < 0) throw new ArgumentException($"{keep} weights are to be left of {live.Length}.", nameof(keep));
        if (remove == 0) return float.NegativeInfinity;
        float threshold = OrderStatistic.Select(live, remove - 1);
        int ties = remove;
        foreach (float score in live) ties -= score < threshold ? 1 : 0;

        for (int i = 0; i < layers.Length; i++)
        {
            var mask = new uint[scores[i].Length];
            for (int j = 0; j < mask.Length; j++)
            {
                bool goes = scores[i][j] < threshold || (scores[i][j] == threshold && IsLive(layers[i], j) && ties-- > 0);
                mask[j] = goes || !IsLive(layers[i], j) ? Parameter.Removed : Parameter.Live;
            }

            layers[i].Freeze(mask);
        }

        return threshold;
    }

    private static float[] LiveScores(Parameter[] layers, float[][] scores)
    {
        var live = new float[layers.Sum(layer => layer.LiveCount)];
        int next = 0;
        for (int i = 0; i < layers.Length; i++)
        {
            if (scores[i].Length != layers[i].Values.Length)
            {
                throw new ArgumentException($"{scores[i].Length} scores for the {layers[i].Values.Length} weights of {layers[i].Name}.", nameof(scores));
            }

            for (int j = 0; j < scores[i].Length; j++)
            {
                if (!IsLive(layers[i], j)) continue;
                if (float.IsNaN(scores[i][j])) throw new ArgumentException($"The score of weight {j} of {layers[i].Name} is NaN.", nameof(scores));
                live[next++] = scores[i][j];
            }
        }

        return live;
    }

    private static bool IsLive(Parameter layer, int index) => layer.Mask is null || layer.Mask[index] == Parameter.Live;
}
