using Espalier.Training;

namespace Espalier.Pruning.Criteria;

/// <summary>
/// Weights are worth what chance says: the control that every other criterion has to beat. The seed decides one order for good, so that
/// pruning in many steps removes the same weights as pruning at once.
/// </summary>
/// <param name="seed">Decides the order.</param>
public sealed class RandomCriterion(ulong seed = 1) : ScoreCriterion
{
    /// <inheritdoc/>
    public override string Name => "random";

    /// <inheritdoc/>
    public override float[][] Score(PruningContext context, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var random = new SeededRandom(seed);
        return [.. context.Network.PrunableParameters.Select(layer => Draw(layer, random))];
    }

    private static float[] Draw(Parameter weights, SeededRandom random)
    {
        var scores = new float[weights.Values.Length];
        foreach (ref float score in scores.AsSpan()) score = random.NextSingle();
        return scores;
    }
}
