using System.Numerics.Tensors;

namespace Espalier.Pruning.Units.Criteria;

/// <summary>
/// The sum of the magnitudes of a filter's own weights (Li et al. 2017, Pruning filters for efficient convnets), or of the weights that
/// lead to a dense layer's unit. It looks at no data. Sums of layers of different sizes are of different sizes too; the paper prunes each
/// layer by itself.
/// </summary>
public sealed class FilterNormCriterion : UnitCriterion
{
    /// <inheritdoc/>
    public override string Name => "filter-norm";

    /// <inheritdoc/>
    public override bool ScoresInputs => false;

    private protected override double[][] Score(
        PruningContext context, UnitLayers layers, bool[][] live, CancellationToken cancellation)
    {
        double[][] scores = NewScores(live);
        for (int layer = 0; layer < scores.Length; layer++)
        {
            for (int unit = 0; unit < scores[layer].Length; unit++)
            {
                foreach (UnitRow row in layers.Units(layer)[unit].Rows)
                {
                    scores[layer][unit] += TensorPrimitives.SumOfMagnitudes<float>(row.Weights);
                }
            }
        }

        return scores;
    }
}
