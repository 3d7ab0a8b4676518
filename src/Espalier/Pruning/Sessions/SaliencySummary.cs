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

    private const double Decades = 3;

    /// <summary>
    /// Sums up the scores of the weights that are left. Bins are equally wide in the logarithm over the three decades below the greatest score
    /// of the network, the same for all layers; what is less falls into the first.
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
        double greatest = 0;
        foreach (float score in live.SelectMany(layer => layer))
        {
            if (float.IsFinite(score)) greatest = Math.Max(greatest, score);
        }

        return new SaliencySummary(scoring.Name, [.. parameters.Select((layer, i) => Sum(layer, live[i], greatest))]);
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

    private static LayerSaliency Sum(Parameter layer, float[] live, double greatest)
    {
        var histogram = new int[Bins];
        foreach (float score in live)
        {
            double part = score > 0 ? 1 + Math.Log10(score / greatest) / Decades : 0;
            histogram[Math.Min(Bins - 1, (int)(Math.Clamp(part, 0, 1) * Bins))]++;
        }

        return new LayerSaliency(layer.Name, layer.Values.Length, live.Length, Quantile(0.1), Quantile(0.5), Quantile(0.9), histogram);

        float? Quantile(double part) => live.Length == 0 ? null : OrderStatistic.Select(live, (int)(part * (live.Length - 1)));
    }
}
