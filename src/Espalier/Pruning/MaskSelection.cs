using Espalier.Pruning.Allocation;
using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>
/// Removes the weights of the lowest scores until just so many are left. Counts are exact; among equal scores the earlier
/// layer goes first, then the lower index.
/// </summary>
public static class MaskSelection
{
    /// <summary>Removes weights from <paramref name="network"/> until <paramref name="keep"/> are left; none comes back.</summary>
    /// <param name="network">The network, whose masks change.</param>
    /// <param name="scores">A score for each weight: see <see cref="ScoreCriterion.Score"/>.</param>
    /// <param name="keep">The number of weights to leave, at most as many as live.</param>
    /// <param name="scope">Which weights compete.</param>
    /// <returns>The highest score that was removed; negative infinity when none was.</returns>
    /// <exception cref="ArgumentException">
    /// A score is NaN, the scores do not fit the network, or fewer weights live than are to be left. Nothing is removed then.
    /// </exception>
    public static float Apply(TrainableNetwork network, float[][] scores, int keep, PruningScope scope) =>
        Apply(network, scores, new RemovalBudget(keep, scope));

    /// <summary>Removes weights from <paramref name="network"/> until as many are left as <paramref name="budget"/> says.</summary>
    /// <inheritdoc cref="Apply(TrainableNetwork, float[][], int, PruningScope)"/>
    public static float Apply(TrainableNetwork network, float[][] scores, RemovalBudget budget)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(budget);
        IReadOnlyList<Parameter> layers = network.PrunableParameters;
        Check(layers, scores, budget.Keep);
        if (budget is { Scope: PruningScope.Global, LayerCounts: null }) return Remove(layers, scores, budget.Keep);
        IReadOnlyList<int> shares = Shares(layers, budget);
        float highest = float.NegativeInfinity;
        for (int i = 0; i < layers.Count; i++) highest = Math.Max(highest, Remove([layers[i]], [scores[i]], shares[i]));
        return highest;
    }

    /// <summary>How many weights each layer keeps under a budget in which layers do not compete.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="budget">The budget.</param>
    /// <param name="least">
    /// What a pattern leaves of each layer, null for nothing; a budget that names no counts then shares out what is above.
    /// </param>
    /// <exception cref="ArgumentException">The counts of the budget do not fit the layers.</exception>
    internal static IReadOnlyList<int> Shares(IReadOnlyList<Parameter> layers, RemovalBudget budget, IReadOnlyList<int>? least = null)
    {
        if (budget.LayerCounts is not IReadOnlyList<int> counts)
        {
            int above = budget.Keep - (least?.Sum() ?? 0);
            if (above == budget.Keep || above < 0) return Apportion(layers, budget.Keep);
            int[] most = [.. layers.Select((layer, i) => layer.LiveCount - least![i])];
            return [.. Apportionment.Share([.. most.Select(count => (double)count)], most, above).Select((share, i) => least![i] + share)];
        }

        if (counts.Count != layers.Count || counts.Sum() != budget.Keep)
        {
            throw new ArgumentException(
                $"A budget of {counts.Count} counts, {counts.Sum()} in all, for {layers.Count} layers.", nameof(budget));
        }

        for (int i = 0; i < counts.Count; i++)
        {
            if (counts[i] < 0 || counts[i] > layers[i].LiveCount)
            {
                throw new ArgumentException(
                    $"{layers[i].Name} has {layers[i].LiveCount} weights left; it cannot keep {counts[i]}.", nameof(budget));
            }
        }

        return counts;
    }

    /// <summary>
    /// The number of weights that each layer keeps of <paramref name="keep"/> in all: in proportion to its size, but at least one (while
    /// there are as many as layers) and no more than it has left; fractions are rounded by largest remainders.
    /// </summary>
    internal static int[] Apportion(IReadOnlyList<Parameter> layers, int keep) => Apportionment.Share(
        [.. layers.Select(layer => (double)layer.Values.Length)], [.. layers.Select(layer => layer.LiveCount)], keep);

    /// <summary>Throws when scores do not fit or there are fewer weights than are to be left.</summary>
    internal static void Check(IReadOnlyList<Parameter> layers, float[][] scores, int keep)
    {
        if (scores.Length != layers.Count)
        {
            throw new ArgumentException($"Scores of {scores.Length} layers for {layers.Count}.", nameof(scores));
        }

        for (int i = 0; i < layers.Count; i++)
        {
            if (scores[i].Length != layers[i].Values.Length)
            {
                throw new ArgumentException(
                    $"{scores[i].Length} scores for the {layers[i].Values.Length} weights of {layers[i].Name}.", nameof(scores));
            }

            for (int j = 0; j < scores[i].Length; j++)
            {
                if (float.IsNaN(scores[i][j]) && layers[i].IsLive(j))
                {
                    throw new ArgumentException($"The score of weight {j} of {layers[i].Name} is NaN.", nameof(scores));
                }
            }
        }

        int live = layers.Sum(layer => layer.LiveCount);
        if (keep < 0 || keep > live)
        {
            throw new ArgumentOutOfRangeException(nameof(keep), keep, $"There are {live} weights left to choose from.");
        }
    }

    private static float Remove(IReadOnlyList<Parameter> layers, float[][] scores, int keep)
    {
        float[] live = LiveScores(layers, scores);
        int remove = live.Length - keep;
        if (remove == 0) return float.NegativeInfinity;
        float threshold = OrderStatistic.Select(live, remove - 1);
        int ties = remove;
        foreach (float score in live) ties -= score < threshold ? 1 : 0;

        for (int i = 0; i < layers.Count; i++)
        {
            var mask = new uint[scores[i].Length];
            for (int j = 0; j < mask.Length; j++)
            {
                bool goes = scores[i][j] < threshold || (scores[i][j] == threshold && layers[i].IsLive(j) && ties-- > 0);
                mask[j] = goes || !layers[i].IsLive(j) ? Parameter.Removed : Parameter.Live;
            }

            layers[i].Freeze(mask);
        }

        return threshold;
    }

    private static float[] LiveScores(IReadOnlyList<Parameter> layers, float[][] scores)
    {
        var live = new float[layers.Sum(layer => layer.LiveCount)];
        int next = 0;
        for (int i = 0; i < layers.Count; i++)
        {
            for (int j = 0; j < scores[i].Length; j++)
            {
                if (layers[i].IsLive(j)) live[next++] = scores[i][j];
            }
        }

        return live;
    }
}
