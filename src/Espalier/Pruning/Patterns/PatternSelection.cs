using Espalier.Training;

namespace Espalier.Pruning.Patterns;

/// <summary>
/// Removes sets of weights of the least worth until no more weights are left than a budget says: fewer by less than a set.
/// </summary>
internal static class PatternSelection
{
    /// <summary>Removes weights of <paramref name="network"/>.</summary>
    /// <param name="network">The network, whose masks change.</param>
    /// <param name="layout">The pattern.</param>
    /// <param name="scores">A score for each weight; no NaN.</param>
    /// <param name="inSquares">See <see cref="ScoreCriterion.AddsUpInSquares"/>.</param>
    /// <param name="budget">How many weights to leave.</param>
    /// <returns>
    /// The highest worth of a set that was removed, as the score of one of its weights (0 of weights that do nothing); negative infinity
    /// when none was.
    /// </returns>
    /// <exception cref="EspalierException">The pattern does not let so few be left. Nothing is removed then.</exception>
    public static float Apply(TrainableNetwork network, PatternLayout layout, float[][] scores, bool inSquares, RemovalBudget budget)
    {
        IReadOnlyList<Parameter> layers = network.PrunableParameters;
        MaskSelection.Check(layers, scores, budget.Keep);
        WeightSets[] sets = [.. layers.Select((layer, i) => layout.Divide(layer, i, scores[i], inSquares))];
        var leaving = new bool[sets.Length][];
        double highest;
        if (budget is { Scope: PruningScope.Global, LayerCounts: null })
        {
            highest = Choose(sets, budget.Keep, leaving, 0, layout.Pattern);
        }
        else
        {
            IReadOnlyList<int> shares = MaskSelection.Shares(layers, budget, layout.Least(layers));
            highest = double.NegativeInfinity;
            for (int i = 0; i < sets.Length; i++) highest = Math.Max(highest, Choose([sets[i]], shares[i], leaving, i, layout.Pattern));
        }

        for (int i = 0; i < sets.Length; i++) Freeze(layers[i], sets[i], leaving[i]);
        return (float)(inSquares && highest > 0 ? Math.Sqrt(highest) : highest);
    }

    // The least worth goes first; of equals, what is of the earlier layer, then of the lower index.
    private static double Choose(WeightSets[] sets, int keep, bool[][] leaving, int firstLayer, PruningPattern pattern)
    {
        var order = new List<(double Worth, int Layer, int Set)>();
        int live = 0, least = 0;
        for (int i = 0; i < sets.Length; i++)
        {
            leaving[firstLayer + i] = new bool[sets[i].Count];
            for (int set = 0; set < sets[i].Count; set++)
            {
                if (sets[i].Live[set] == 0) continue;
                live += sets[i].Live[set];
                double worth = sets[i].Worth(set);
                if (double.IsPositiveInfinity(worth)) least += sets[i].Live[set];
                else order.Add((worth, i, set));
            }
        }

        order.Sort();
        double highest = double.NegativeInfinity;
        foreach ((double worth, int layer, int set) in order)
        {
            if (live <= keep) break;
            leaving[firstLayer + layer][set] = true;
            live -= sets[layer].Live[set];
            highest = double.IsNegativeInfinity(worth) ? 0 : worth;
        }

        return live <= keep && (live > 0 || keep == 0) ? highest : throw TooFew(pattern, keep, least);
    }

    private static EspalierException TooFew(PruningPattern pattern, int keep, int least) => new(least > 0
        ? $"{keep} weights cannot be kept: the pattern {pattern.Name} leaves {least}. Ask for as many, or give another pattern."
        : $"{keep} weights are less than the pattern {pattern.Name} leaves together, and nothing would be left. Ask for more.");

    private static void Freeze(Parameter layer, WeightSets sets, bool[] leaving)
    {
        if (!leaving.Contains(true)) return;
        var mask = new uint[sets.Of.Length];
        for (int i = 0; i < mask.Length; i++)
        {
            bool stays = sets.Of[i] != WeightSets.None && !leaving[sets.Of[i]];
            mask[i] = stays ? Parameter.Live : Parameter.Removed;
        }

        layer.Freeze(mask);
    }
}
