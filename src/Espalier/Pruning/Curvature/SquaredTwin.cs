using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.Pruning.Curvature;

/// <summary>Layers whose derivatives are the squares of those of others: what takes second derivatives back through a network.</summary>
internal static class SquaredTwin
{
    /// <summary>The twin of a layer, with numbers to be set by <see cref="Refresh"/>.</summary>
    public static TrainableLayer Of(TrainableLayer layer) => layer switch
    {
        TrainablePooling { Model.Kind: PoolingKind.Average } mean => new SquaredMean(mean.Model) { Sources = mean.Sources },

        // A maximum, a sum, or values put together: derivatives are 0 and 1.
        _ => layer.Blank(),
    };

    /// <summary>Gives the twin the squares of its layer's numbers.</summary>
    public static void Refresh(TrainableLayer layer, TrainableLayer twin)
    {
        switch (layer)
        {
            case TrainableWeightedLayer weighted:
                TensorPrimitives.Multiply(weighted.Weights.Values, weighted.Weights.Values, ((TrainableWeightedLayer)twin).Weights.Values);
                break;
            case TrainableBatchNormalization normalization:
                RefreshNormalization(normalization, (TrainableBatchNormalization)twin);
                break;
            default:
                break;
        }
    }

    // The slope is gamma / deviation, of the twin gamma^2 / deviation^2.
    private static void RefreshNormalization(TrainableBatchNormalization layer, TrainableBatchNormalization twin)
    {
        layer.RunningMean.Values.CopyTo(twin.RunningMean.Values, 0);
        layer.RunningVariance.Values.CopyTo(twin.RunningVariance.Values, 0);
        for (int c = 0; c < layer.Scale.Values.Length; c++)
        {
            double scale = layer.Scale.Values[c], deviation = Math.Sqrt((double)layer.RunningVariance.Values[c] + layer.Epsilon);
            twin.Scale.Values[c] = (float)(scale * scale / deviation);
        }
    }
}
