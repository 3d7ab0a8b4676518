namespace Espalier.Pruning.Allocation;

/// <summary>The dynamic program over the levels of all layers, for given coefficients and a number of weights.</summary>
internal sealed class SpdyProgram
{
    /// <summary>A price of one is so many units of time, so that prices keep three digits.</summary>
    private const double UnitsPerPrice = 1000;

    private readonly double[][] _losses;
    private readonly long[][] _times;
    private readonly bool _isPriced;

    /// <summary>Prepares the tables.</summary>
    /// <param name="layers">What pruning costs each layer.</param>
    /// <param name="levels">The numbers of weights of each layer's levels, from all down.</param>
    /// <param name="prices">What a weight of each layer costs.</param>
    public SpdyProgram(IReadOnlyList<ILayerLossCurve> layers, int[][] levels, double[] prices)
    {
        Levels = levels;
        _losses = [.. levels.Select((layer, i) => Array.ConvertAll(layer, layers[i].LossAt))];
        _isPriced = prices.Distinct().Count() > 1;
        _times = [.. levels.Select((layer, i) => Array.ConvertAll(layer, keep =>
            _isPriced ? (long)Math.Round(UnitsPerPrice * prices[i] * keep) : keep))];
    }

    /// <summary>The numbers of weights of each layer's levels.</summary>
    public int[][] Levels { get; }

    /// <summary>The levels of the least sum of coefficient times loss that together keep at most <paramref name="keep"/> weights.</summary>
    /// <remarks>Where even the sparsest keep more, those.</remarks>
    public int[] Solve(double[] coefficients, int keep)
    {
        double[][] costs = [.. _losses.Select((layer, i) => Array.ConvertAll(layer, loss => coefficients[i] * loss))];
        int[] sparsest = [.. Levels.Select(layer => layer.Length - 1)];
        if (!_isPriced) return LevelKnapsack.Solve(costs, _times, keep) ?? sparsest;

        // The most that may be spent such that no more weights are kept: more money never buys fewer levels by much, so halving finds it.
        int[] best = sparsest;
        long low = sparsest.Select((level, i) => _times[i][level]).Sum(), high = _times.Sum(layer => layer[0]);
        while (low < high)
        {
            long middle = low + (high - low + 1) / 2;
            if (LevelKnapsack.Solve(costs, _times, middle) is { } levels && Count(levels) <= keep) (low, best) = (middle, levels);
            else high = middle - 1;
        }

        return best;
    }

    /// <summary>The weights that levels keep together.</summary>
    public int Count(int[] levels)
    {
        int sum = 0;
        for (int i = 0; i < levels.Length; i++) sum += Levels[i][levels[i]];
        return sum;
    }
}
