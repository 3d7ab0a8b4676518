using Espalier.Compilation.Model;

namespace Espalier.Cli.Reproduction.Experiments.LeNet5;

/// <summary>The sizes of a network as papers on smaller networks write them.</summary>
internal static class LiveSizes
{
    /// <summary>
    /// Filters, inputs that the first dense layer reads, and units, such as "20-50-800-500"; filters and units without weights are not
    /// counted, nor the classes.
    /// </summary>
    public static string Of(Network network)
    {
        WeightedLayer[] layers = [.. network.Layers.OfType<WeightedLayer>()];
        DenseLayer first = layers.OfType<DenseLayer>().First();
        return string.Join('-', layers.SkipLast(1).Select(layer => layer == first
            ? $"{LiveColumns(layer.Weights)}-{LiveRows(layer.Weights)}"
            : $"{LiveRows(layer.Weights)}"));
    }

    private static int LiveRows(SparseMatrix weights) => Enumerable.Range(0, weights.Rows).Count(row => weights.RowCount(row) > 0);

    private static int LiveColumns(SparseMatrix weights) =>
        Enumerable.Range(0, weights.Count).Select(weights.ColumnIndex).Distinct().Count();
}
