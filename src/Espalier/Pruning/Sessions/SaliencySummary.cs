using Espalier.Pruning.Criteria;
using Espalier.Training;

namespace Espalier.Pruning.Sessions;

/// <summary>What the weights of a network are worth, layer by layer, for a person who decides how far to prune.</summary>
/// <param name="Measure">The criterion whose scores these are; "magnitude" for criteria that score no weights.</param>
/// <param name="Layers">One entry a layer.</param>
public sealed record SaliencySummary(string Measure, IReadOnlyList<LayerSaliency> Layers)
{
    /// <summary>The bins of a histogram.</summary>
    public const int Bins = 12;

    private const int Outliers = 50;

    /// <summary>
    /// Sums up the scores of the weights that are left. Bins are equally wide in the logarithm, the same for all layers, up to the greatest
    /// score of the network and down to the one that a fiftieth of the positive ones do not reach: those and the rest fall into the first.
    /// </summary>
    /// <param name="context">The network.</param>
    /// <param name="criterion">Scores the weights.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static SaliencySummary Of(PruningContext context, PruningCriterion criterion, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ScoreCriterion scoring = criterion as ScoreCriterion ?? new MagnitudeCriterion();
        float[][] scores = scoring.Score(context, cancellation);
        IReadOnlyList<Parameter> parameters = context.Network.PrunableParameters;
        float[][] live = [.. parameters.Select((layer, i) => Live(layer, scores[i]))];
        float[] positive = [.. live.SelectMany(layer => layer).Where(score => score > 0 && float.IsFinite(score))];
        double low = positive.Length == 0 ? 1 : OrderStatistic.Select(positive, positive.Length / Outliers);
        double high = positive.Length == 0 ? 1 : OrderStatistic.Select(positive, positive.Length - 1);
        return new SaliencySummary(scoring.Name, [.. parameters.Select((layer, i) => Sum(layer, live[i], low, high))]);
    }

    private static float[] Live(Parameter layer, float[] scores)
    {
        if (layer.Mask is not uint[] mask) return scores;
        var live = new float[layer.LiveCount];
        for (int i = 0, next = 0; i < mask.Length; i++)
        {
            if (mask[i] == Parameter.Live) live[next++] = scores[i];
        }

        return live;
    }

    private static LayerSaliency Sum(Parameter layer, float[] live, double low, double high)
    {
        var histogram = new int[Bins];
        foreach (float score in live)
        {
            double part = score > low ? Math.Log(score / low) / Math.Log(high / low) : 0;
            histogram[Math.Min(Bins - 1, (int)(Math.Min(part, 1) * Bins))]++;
        }

        return new LayerSaliency(layer.Name, layer.Values.Length, live.Length, Quantile(0.1), Quantile(0.5), Quantile(0.9), histogram);

        float? Quantile(double part) => live.Length == 0 ? null : OrderStatistic.Select(live, (int)(part * (live.Length - 1)));
    }
}
