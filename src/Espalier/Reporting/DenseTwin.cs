using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Reporting;

/// <summary>A network as it was before anything was pruned, as far as its costs go: every weight is there.</summary>
internal static class DenseTwin
{
    /// <summary>The time that a prediction of the dense network is expected to take in the code we make of it, in nanoseconds.</summary>
    public static double Nanoseconds(Network network)
    {
        // Different numbers, so that no unit equals another and is merged with it.
        var random = new SeededRandom(1);
        IEnumerable<Layer> layers = network.Layers.Select(
            layer => layer is WeightedLayer weighted ? weighted with { Weights = Filled(weighted.Weights, random) } : layer);
        return LoweringPipeline.Run(network with { Layers = new EquatableArray<Layer>(layers) }).Widest.Nanoseconds;
    }

    private static SparseMatrix Filled(SparseMatrix weights, SeededRandom random)
    {
        float[] values = weights.ToDense();
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] == 0) values[i] = (float)random.NextNormal();
        }

        return SparseMatrix.FromDense(weights.Rows, weights.Columns, values);
    }
}
