namespace Espalier.Pruning.Layerwise;

/// <summary>Divides a budget among the layers of a network by their traces.</summary>
internal static class TraceBudget
{
    /// <summary>The number of weights that each layer keeps.</summary>
    /// <param name="context">The network.</param>
    /// <param name="budget">
    /// The budget. Where all layers compete, they do so by the rise of their error in parts of the mean square of their sums.
    /// </param>
    /// <param name="traces">The traces of all layers.</param>
    /// <exception cref="EspalierException">The pattern does not let so few be kept.</exception>
    public static int[] Divide(PruningContext context, RemovalBudget budget, IReadOnlyList<ExactObsTrace> traces)
    {
        int least = traces.Sum(trace => trace.Least);
        if (budget is { Scope: PruningScope.Global, LayerCounts: null })
        {
            return budget.Keep >= least ? Merge(budget.Keep, traces) : throw TooFew("The network", budget.Keep, least, context);
        }

        int[] keep = [.. MaskSelection.Shares(context.Network.PrunableParameters, budget, [.. traces.Select(trace => trace.Least)])];
        for (int i = 0; i < keep.Length; i++)
        {
            if (keep[i] < traces[i].Least) throw TooFew($"Layer '{traces[i].LayerName}'", keep[i], traces[i].Least, context);
        }

        return keep;
    }

    // The cheapest deletion of all layers, again and again; of equals, that of the first layer.
    private static int[] Merge(int keep, IReadOnlyList<ExactObsTrace> traces)
    {
        int[] counts = [.. traces.Select(trace => trace.Most)];
        for (int all = counts.Sum(); all > keep;)
        {
            (int next, double cheapest) = (-1, double.PositiveInfinity);
            for (int i = 0; i < counts.Length; i++)
            {
                if (counts[i] == traces[i].Least) continue;
                double cost = traces[i].Scale > 0 ? traces[i].SteepestAt(counts[i] - 1) / traces[i].Scale : 0;
                if (cost < cheapest) (next, cheapest) = (i, cost);
            }

            int reached = traces[next].Reached(counts[next] - 1);
            all -= counts[next] - reached;
            counts[next] = reached;
        }

        return counts;
    }

    private static EspalierException TooFew(string what, int keep, int least, PruningContext context) =>
        new($"{what} cannot keep {keep} weights: the pattern {context.Layout?.Pattern.Name} leaves at least {least}. " +
            "Ask for more, or give another pattern.");
}
