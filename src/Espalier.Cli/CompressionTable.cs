using System.Globalization;
using Espalier.Compilation.Model;
using Espalier.Compression;

namespace Espalier.Cli;

/// <summary>What each layer of a compressed model takes, in the columns of the paper's tables 2 and 3 and some more.</summary>
internal static class CompressionTable
{
    /// <summary>The names of the columns.</summary>
    public static string[] Headings { get; } =
    [
        "layer", "weights", "kept", "fillers", "shared", "gaps", "weight bits", "+ Huffman", "gap bits", "+ Huffman",
        "codebook B", "tables B", "inputs B", "biases B", "rest B", "all B", "of dense",
    ];

    /// <summary>The bytes of a network in single precision: all weights, zeros too, and the biases.</summary>
    public static long DenseBytes(Network network) => network.Layers.OfType<WeightedLayer>().Sum(DenseBytes);

    /// <summary>A row for each layer, and one for all of the file.</summary>
    /// <param name="model">The compressed model.</param>
    /// <param name="dense">The network before units were dropped, against which shares are counted.</param>
    public static IReadOnlyList<string[]> Rows(CompressedModel model, Network dense)
    {
        WeightedLayer[] layers = [.. dense.Layers.OfType<WeightedLayer>()];
        long rest = model.HeaderBits + model.Layers.Sum(layer => layer.HeaderBits);
        return
        [
            .. model.Layers.Select(layer => Row(
                layer.Name, [layer], [layers.First(given => given.Name == layer.Name)], NumberOrNone(layer.SharedWeights), layer.GapCoding,
                Number(layer.WeightWidth), NumberOrNone(layer.GapWidth), layer.HeaderBits)),
            Row("all", model.Layers, layers, "", "", "", "", rest),
        ];
    }

    private static string[] Row(
        string name, IReadOnlyList<LayerSize> layers, IReadOnlyList<WeightedLayer> given, string shared, string gaps, string weightWidth,
        string gapWidth, long rest)
    {
        long Sum(Func<LayerSize, long> bits) => layers.Sum(bits);
        double weights = Sum(layer => layer.Weights), fillers = Sum(layer => layer.Fillers), entries = Math.Max(1, weights + fillers);
        double dense = given.Sum(layer => (double)layer.Weights.Rows * layer.Weights.Columns);
        double all = rest + Sum(layer => layer.Bits - layer.HeaderBits);
        return
        [
            name, Number(dense), SummaryTable.Percent(weights / dense), Number(fillers), shared, gaps,
            weightWidth, PerEntry(layer => layer.WeightBits), gapWidth, PerEntry(layer => layer.GapBits),
            Bytes(layer => layer.CodebookBits), Bytes(layer => layer.TableBits), Bytes(layer => layer.InputMapBits),
            Bytes(layer => layer.BiasBits), Number(rest / 8.0), Number(all / 8),
            (all / 8 / given.Sum(DenseBytes)).ToString("0.00 %", CultureInfo.InvariantCulture),
        ];

        string PerEntry(Func<LayerSize, long> bits) => (Sum(bits) / entries).ToString("0.0", CultureInfo.InvariantCulture);
        string Bytes(Func<LayerSize, long> bits) => Number(Sum(bits) / 8.0);
    }

    private static long DenseBytes(WeightedLayer layer) => sizeof(float) * (long)layer.Weights.Rows * (layer.Weights.Columns + 1L);

    private static string NumberOrNone(int value) => value == 0 ? "" : Number(value);

    private static string Number(double value) => SummaryTable.Number(value);
}
