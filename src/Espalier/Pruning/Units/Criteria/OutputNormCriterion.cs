using System.Numerics.Tensors;

namespace Espalier.Pruning.Units.Criteria;

/// <summary>
/// The output-weight norm, "onorm": the mean magnitude of a unit's outgoing weights (He et al. 2014, Reshaping deep neural network for fast
/// decoding by node-pruning). It looks at no data.
/// </summary>
public sealed class OutputNormCriterion : UnitCriterion
{
    /// <inheritdoc/>
    public override string Name => "onorm";

    private protected override double[][] Score(
        PruningContext context, UnitLayers layers, bool[][] live, CancellationToken cancellation)
    {
        double[][] scores = NewScores(live);
        for (int layer = 0; layer < scores.Length; layer++)
        {
            for (int unit = 0; unit < scores[layer].Length; unit++)
            {
                float[] outgoing = layers.Outgoing(new UnitId(layer, unit));
                scores[layer][unit] = TensorPrimitives.SumOfMagnitudes<float>(outgoing) / (double)outgoing.Length;
            }
        }

        return scores;
    }
}
