using System.Numerics.Tensors;

namespace Espalier.Pruning.Units.Criteria;

/// <summary>
/// The sum of the distances of a filter's own weights to those of all other living filters of its layer (He et al. 2019, Filter pruning via
/// geometric median): one near the median of all says little that the others do not. It looks at no data, and like
/// <see cref="FilterNormCriterion"/> compares filters of one layer rather than layers.
/// </summary>
public sealed class GeometricMedianCriterion : UnitCriterion
{
    /// <inheritdoc/>
    public override string Name => "geometric-median";

    /// <inheritdoc/>
    public override bool ScoresInputs => false;

    private protected override double[][] Score(
        PruningContext context, UnitLayers layers, bool[][] live, CancellationToken cancellation)
    {
        double[][] scores = NewScores(live);
        for (int layer = 0; layer < scores.Length; layer++)
        {
            ReadOnlySpan<UnitParts> units = layers.Units(layer);
            for (int unit = 0; unit < scores[layer].Length; unit++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (int other = 0; other < unit; other++)
                {
                    if (!live[layer][unit] || !live[layer][other] || !units[unit].IsCongruent(units[other])) continue;
                    double distance = Distance(units[unit], units[other]);
                    scores[layer][unit] += distance;
                    scores[layer][other] += distance;
                }
            }
        }

        return scores;
    }

    private static double Distance(UnitParts unit, UnitParts other)
    {
        double squares = 0;
        for (int i = 0; i < unit.Rows.Count; i++)
        {
            float distance = TensorPrimitives.Distance<float>(unit.Rows[i].Weights, other.Rows[i].Weights);
            squares += (double)distance * distance;
        }

        return Math.Sqrt(squares);
    }
}
