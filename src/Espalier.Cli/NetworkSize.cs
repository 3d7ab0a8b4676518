using Espalier.Compilation.Format;
using Espalier.Training;

namespace Espalier.Cli;

/// <summary>Refuses networks that no model file takes, and steps that no memory holds, before training allocates anything.</summary>
internal static class NetworkSize
{
    // A step keeps each unit's value and gradient for each sample of its batch: 2^28 values of each are 2 GB.
    private const long MaxStepValues = 1L << 28;

    /// <summary>Checks the steps of a training.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batch">The samples of a training step, 0 for all.</param>
    /// <param name="samples">The number of training samples.</param>
    /// <exception cref="EspalierException">It is too large.</exception>
    public static void Require(TrainableNetwork network, int batch, int samples)
    {
        if (network.Layers.Count > ModelLimits.MaxLayers)
        {
            throw new EspalierException(
                $"--layers: {network.Layers.Count} layers are too many; a model takes at most {ModelLimits.MaxLayers}.");
        }

        long units = network.InputShape.Length + network.Layers.Sum(layer => (long)layer.OutputShape.Length);
        int step = batch == 0 ? samples : Math.Min(batch, samples);
        if (step * units > MaxStepValues)
        {
            throw new EspalierException(
                $"--batch {batch}: a step of {step} samples through {units} units takes too much memory; " +
                $"give at most {MaxStepValues / units}.");
        }
    }
}
