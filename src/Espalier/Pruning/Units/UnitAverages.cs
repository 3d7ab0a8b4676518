using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units;

/// <summary>Averages of something about each unit's output over a set of samples.</summary>
internal static class UnitAverages
{
    /// <summary>The average of every unit of each layer.</summary>
    /// <param name="sweep">The passes over the samples.</param>
    /// <param name="engine">Does the work.</param>
    /// <param name="asked">A layer without any entry is left out, and has no average.</param>
    /// <param name="transform">
    /// Replaces a layer's outputs (its number; samples x units) by what is to be averaged; null for the outputs themselves.
    /// </param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>For each layer, the inputs first, an average for each unit.</returns>
    public static double[][] Measure(
        SampleSweep sweep, ComputeEngine engine, bool[][] asked, Transform? transform, CancellationToken cancellation)
    {
        double[][] averages = Array.ConvertAll(asked, layer => new double[layer.Length]);
        var values = new float[checked(sweep.Pass.Capacity * asked.Max(layer => layer.Length))];
        double part = 1.0 / sweep.Data.Count;
        sweep.Run(engine, (_, count) =>
        {
            for (int layer = 0; layer < averages.Length; layer++)
            {
                double[] sums = averages[layer];
                if (sums.Length == 0) continue;
                Span<float> batch = values.AsSpan(0, count * sums.Length);
                sweep.Pass.InputOf(layer).AsSpan(0, batch.Length).CopyTo(batch);
                transform?.Invoke(layer, batch);
                for (int i = 0; i < batch.Length; i++) sums[i % sums.Length] += part * batch[i];
            }
        }, cancellation);
        return averages;
    }

    /// <summary>What is done to the outputs of a layer before they are averaged.</summary>
    internal delegate void Transform(int layer, Span<float> outputs);
}
