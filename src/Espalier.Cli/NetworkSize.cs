using Espalier.Compilation.Format;

namespace Espalier.Cli;

/// <summary>Refuses networks that no model file takes or no memory holds, before anything is allocated.</summary>
internal static class NetworkSize
{
    // A step keeps each unit's value and gradient for each sample of its batch: 2^28 values of each are 2 GB.
    private const long MaxStepValues = 1L << 28;

    /// <summary>Checks a perceptron's sizes.</summary>
    /// <param name="inputs">The number of its inputs.</param>
    /// <param name="widths">The units of its layers.</param>
    /// <param name="batch">The samples of a training step, 0 for all.</param>
    /// <param name="samples">The number of training samples.</param>
    /// <exception cref="EspalierException">It is too large.</exception>
    public static void Require(int inputs, IReadOnlyList<int> widths, int batch, int samples)
    {
        if (widths.Count > ModelLimits.MaxLayers)
        {
            throw new EspalierException($"--layers: {widths.Count} layers are too many; a model takes at most {ModelLimits.MaxLayers}.");
        }

        long before = inputs, weights = 0, units = inputs;
        foreach (int width in widths)
        {
            if (width > ModelLimits.MaxValues)
            {
                throw new EspalierException($"--layers: a layer of {width} units is too large; give at most {ModelLimits.MaxValues}.");
            }

            weights += before * width;
            units += width;
            before = width;
        }

        if (weights > ModelLimits.MaxWeights)
        {
            throw new EspalierException(
                $"--layers: the network would have {weights} weights, a model takes at most {ModelLimits.MaxWeights}; give fewer units.");
        }

        int step = batch == 0 ? samples : Math.Min(batch, samples);
        if (step * units > MaxStepValues)
        {
            throw new EspalierException(
                $"--batch {batch}: a step of {step} samples through {units} units takes too much memory; " +
                $"give at most {MaxStepValues / units}.");
        }
    }
}
