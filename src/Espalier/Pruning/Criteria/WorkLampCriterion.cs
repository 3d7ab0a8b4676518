using System.Numerics.Tensors;
using Espalier.Training;

namespace Espalier.Pruning.Criteria;

/// <summary>
/// <see cref="LampCriterion"/> over the root of the multiplications that a weight makes in one sample: one in a dense layer, one for each
/// position in a convolution. It leaves convolutions emptier and dense layers fuller than LAMP does, which takes less time at the same
/// number of weights. Without convolutions it is LAMP.
/// </summary>
/// <remarks>
/// Why: pruned 100x by LAMP, LeNet-5 keeps two thirds of the 500 weights of its first layer, which make two thirds of all multiplications.
/// </remarks>
public sealed class WorkLampCriterion : ScoreCriterion
{
    private readonly LampCriterion _lamp = new();

    /// <inheritdoc/>
    public override string Name => "lamp-work";

    /// <inheritdoc/>
    public override float[][] Score(PruningContext context, CancellationToken cancellation = default)
    {
        float[][] scores = _lamp.Score(context, cancellation);
        int next = 0;
        foreach (TrainableLayer layer in context.Network.Layers)
        {
            int positions = layer is TrainableConvolution ? layer.OutputShape.Height * layer.OutputShape.Width : 1;
            foreach (Parameter parameter in layer.Parameters)
            {
                if (!parameter.IsWeight) continue;
                float[] own = scores[next++];
                TensorPrimitives.Multiply(own, 1 / MathF.Sqrt(positions), own);
            }
        }

        return scores;
    }
}
