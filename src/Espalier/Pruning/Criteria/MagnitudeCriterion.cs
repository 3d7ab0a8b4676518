using System.Numerics.Tensors;
using Espalier.Training;

namespace Espalier.Pruning.Criteria;

/// <summary>s = |w|: small weights go first (Han et al. 2015; the oldest criterion there is).</summary>
public sealed class MagnitudeCriterion : ScoreCriterion
{
    /// <inheritdoc/>
    public override string Name => "magnitude";

    /// <inheritdoc/>
    public override bool AddsUpInSquares => true;

    /// <inheritdoc/>
    public override float[][] Score(PruningContext context, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return [.. context.Network.PrunableParameters.Select(Magnitudes)];
    }

    private static float[] Magnitudes(Parameter weights)
    {
        var scores = new float[weights.Values.Length];
        TensorPrimitives.Abs(weights.Values, scores);
        return scores;
    }
}
