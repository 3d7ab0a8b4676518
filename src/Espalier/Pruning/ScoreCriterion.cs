using Espalier.Pruning.Patterns;
using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>A criterion that gives each weight a score: the lowest leave, the others stay as they are.</summary>
public abstract class ScoreCriterion : PruningCriterion
{
    /// <summary>
    /// Whether a score is the change of the mean loss that the weight's removal is expected to make, so that the sum over all that leave
    /// is a prediction.
    /// </summary>
    public virtual bool PredictsLoss => false;

    /// <summary>
    /// Whether several weights together are worth the sum of the squares of their scores, as where a score is the size of a weight;
    /// otherwise the sum of the scores.
    /// </summary>
    public virtual bool AddsUpInSquares => false;

    /// <inheritdoc/>
    public sealed override bool CanFollow(PruningPattern pattern) => true;

    /// <summary>Scores every weight: the higher, the more it is worth. Scores of weights that are already removed are not read.</summary>
    /// <param name="context">The network as it stands, with its training samples and loss.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>An array for each of <see cref="TrainableNetwork.PrunableParameters"/>, in the order of its values; no NaN.</returns>
    /// <exception cref="EspalierException">The method cannot treat this network or these data.</exception>
    public abstract float[][] Score(PruningContext context, CancellationToken cancellation = default);

    /// <inheritdoc/>
    public sealed override Removal Remove(PruningContext context, RemovalBudget budget, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(budget);
        float[][] scores = Score(context, cancellation);
        double before = SumOfLive(context.Network, scores);
        float highest = context.Layout is PatternLayout layout
            ? PatternSelection.Apply(context.Network, layout, scores, AddsUpInSquares, budget)
            : MaskSelection.Apply(context.Network, scores, budget);
        double? predicted = PredictsLoss ? before - SumOfLive(context.Network, scores) : null;
        return new Removal(float.IsNegativeInfinity(highest) ? null : highest, predicted);
    }

    private static double SumOfLive(TrainableNetwork network, float[][] scores)
    {
        double sum = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            uint[]? mask = network.PrunableParameters[i].Mask;
            for (int j = 0; j < scores[i].Length; j++)
            {
                if (mask is null || mask[j] == Parameter.Live) sum += scores[i][j];
            }
        }

        return sum;
    }
}
