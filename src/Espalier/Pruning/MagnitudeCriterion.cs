using System.Numerics.Tensors;
using Espalier.Data;
using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>s = |w|: small weights go first (Han et al. 2015; the oldest criterion there is).</summary>
public sealed class MagnitudeCriterion : PruningCriterion
{
    /// <inheritdoc/>
    public override string Name => "magnitude";

    /// <inheritdoc/>
    public override float[][] Score(TrainableNetwork network, Dataset train)
    {
        ArgumentNullException.ThrowIfNull(network);
        return [.. network.PrunableParameters.Select(Magnitudes)];
    }

    private static float[] Magnitudes(Parameter weights)
    {
        var scores = new float[weights.Values.Length];
        TensorPrimitives.Abs(weights.Values, scores);
        return scores;
    }
}
