using Espalier.Training;

namespace Espalier.Pruning.Criteria;

/// <summary>
/// Han et al. 2015: every layer loses its weights below q times the standard deviation of its weights, with one quality q for all, or one
/// for each layer from a scan of its sensitivity. As a score that is s = |w| / (q_l std_l), with removed weights left out of the deviation:
/// to remove down to a budget under <see cref="PruningScope.Global"/> is to find the factor of all thresholds that meets it, and
/// <see cref="Removal.Threshold"/> is that factor. <see cref="BudgetAt"/> goes the other way, from a factor to the budget.
/// </summary>
public sealed class SensitivityThresholdCriterion : ScoreCriterion
{
    private readonly float[]? _qualities;

    /// <summary>Makes a criterion with the same quality for all layers.</summary>
    public SensitivityThresholdCriterion()
    {
    }

    /// <summary>Makes a criterion with a quality for each layer: the higher, the more it loses.</summary>
    /// <param name="qualities">Positive numbers, one for each of <see cref="TrainableNetwork.PrunableParameters"/>.</param>
    /// <exception cref="EspalierException">A quality is not a positive number.</exception>
    public SensitivityThresholdCriterion(IReadOnlyList<float> qualities)
    {
        ArgumentNullException.ThrowIfNull(qualities);
        foreach (float quality in qualities)
        {
            if (!(quality > 0 && float.IsFinite(quality)))
            {
                throw new EspalierException(
                    FormattableString.Invariant($"A layer's quality of {quality} makes no threshold; give a positive number."));
            }
        }

        _qualities = [.. qualities];
    }

    /// <inheritdoc/>
    public override string Name => "sensitivity";

    /// <inheritdoc/>
    public override bool AddsUpInSquares => true;

    /// <summary>What each layer keeps when the weights below <paramref name="factor"/> q_l std_l go.</summary>
    /// <param name="network">The network as it stands.</param>
    /// <param name="factor">0 (all stay) or more.</param>
    /// <exception cref="EspalierException">The factor is negative or no number, or there is not one quality for each layer.</exception>
    public RemovalBudget BudgetAt(TrainableNetwork network, double factor)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!(factor >= 0))
        {
            throw new EspalierException(FormattableString.Invariant($"A threshold of {factor} deviations makes no sense; give 0 or more."));
        }

        float[][] scores = Score(network);
        var counts = new int[scores.Length];
        for (int layer = 0; layer < scores.Length; layer++)
        {
            uint[]? mask = network.PrunableParameters[layer].Mask;
            for (int i = 0; i < scores[layer].Length; i++)
            {
                if (scores[layer][i] >= factor && mask?[i] != Parameter.Removed) counts[layer]++;
            }
        }

        return RemovalBudget.PerLayer(counts);
    }

    /// <inheritdoc/>
    public override float[][] Score(PruningContext context, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Score(context.Network);
    }

    private float[][] Score(TrainableNetwork network)
    {
        IReadOnlyList<Parameter> layers = network.PrunableParameters;
        if (_qualities is not null && _qualities.Length != layers.Count)
        {
            throw new EspalierException(
                $"Network '{network.Name}' has {layers.Count} layers of weights, but {_qualities.Length} qualities are given; give one "
                + "for each.");
        }

        return [.. layers.Select((layer, i) => Score(layer, _qualities?[i] ?? 1))];
    }

    private static float[] Score(Parameter weights, double quality)
    {
        double unit = quality * Deviation(weights);
        var scores = new float[weights.Values.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            // Weights that are all alike have no deviation: above a threshold of 0 is whatever is not zero.
            double size = Math.Abs(weights.Values[i]);
            scores[i] = unit > 0 ? (float)(size / unit) : size > 0 ? float.PositiveInfinity : 0;
        }

        return scores;
    }

    /// <summary>The standard deviation of the live weights.</summary>
    private static double Deviation(Parameter weights)
    {
        int count = weights.LiveCount;
        if (count == 0) return 0;
        double sum = 0;
        foreach (float weight in weights.Values) sum += weight;
        double mean = sum / count, squares = 0;
        for (int i = 0; i < weights.Values.Length; i++)
        {
            if (weights.Mask?[i] == Parameter.Removed) continue;
            squares += (weights.Values[i] - mean) * (weights.Values[i] - mean);
        }

        return Math.Sqrt(squares / count);
    }
}
