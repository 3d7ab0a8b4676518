using System.Globalization;
using Espalier.Compression;

namespace Espalier.Cli.Reproduction.Experiments.DeepCompression;

/// <summary>Rows and numbers that all experiments with <see cref="DeepCompressionWork"/> show.</summary>
/// <param name="published">What the paper says.</param>
/// <param name="floats">The bytes of the dense network in single precision.</param>
/// <param name="isQuick">Whether networks have hardly been trained, and so bars just inform.</param>
internal sealed class DeepCompressionReport(PublishedCompression published, double floats, bool isQuick)
{
    /// <summary>The columns of the paper's tables 2 and 3.</summary>
    public static IReadOnlyList<string> PaperHeadings { get; } =
        ["layer", "weights", "kept", "weight bits", "+ Huffman", "index bits", "+ Huffman", "rate without Huffman", "rate"];

    /// <summary>The paper's coding: gaps of 5 bits.</summary>
    public static CompressionOptions PaperCoding { get; } = new() { GapCoding = GapCoding.Relative, IndexBits = 5 };

    /// <summary>What the paper's setting came to, over all seeds.</summary>
    public IEnumerable<ReproductionRow> PaperRows(string setting, IReadOnlyList<CompressedNetwork> networks)
    {
        double bytes = networks.Max(one => one.Model.Bytes.Length);
        return
        [
            AtMost($"{setting}: bytes of the largest file", InKilobytes(), published.Bytes, bytes, "#,0"),
            ReproductionRow.Note("  times smaller than floats", $"{published.Ratio}x", Times(floats / bytes)),
            ReproductionRow.Note("  without Huffman codes", $"{published.RatioBeforeHuffman}x",
                Times(floats * 8 / networks.Max(one => BitsBeforeHuffman(one.Model)))),
            ReproductionRow.Note("  the same network, smallest coding: bytes", null, Number(networks.Max(one => one.Smallest))),
            .. Errors(networks, $"{Percent(published.Error)} (dense {Percent(published.DenseError)})", published.ErrorBar),
        ];
    }

    /// <summary>What a smaller file in the smallest coding came to, over all seeds.</summary>
    public IEnumerable<ReproductionRow> SmallRows(
        string setting, IReadOnlyList<CompressedNetwork> networks, double bytesBar, double errorBar)
    {
        double bytes = networks.Max(one => one.Model.Bytes.Length);
        return
        [
            AtMost($"{setting}: bytes of the largest file", $"{InKilobytes()} at {Percent(published.Error)} %", bytesBar, bytes, "#,0"),
            ReproductionRow.Note("  times smaller than floats", $"{published.Ratio}x", Times(floats / bytes)),
            ReproductionRow.Note(
                "  in the paper's coding with the best index bits: bytes", null, Number(networks.Max(one => one.SmallestRelative))),
            .. Errors(networks, null, errorBar),
        ];
    }

    /// <summary>A number of things.</summary>
    public static string Number(double value) => SummaryTable.Number(value);

    /// <summary>A ratio.</summary>
    public static string Times(double ratio) => ratio.ToString("0.0x", CultureInfo.InvariantCulture);

    /// <summary>An error that is in percent already.</summary>
    public static string Percent(double error) => error.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>The paper's "P+Q": codes and gaps in their fixed widths; all else as it is, without tables.</summary>
    private static double BitsBeforeHuffman(CompressedModel model) => model.HeaderBits + model.Layers.Sum(layer =>
        layer.Bits - layer.TableBits - layer.WeightBits - layer.GapBits
        + (long)(layer.Weights + layer.Fillers) * (layer.WeightWidth + layer.GapWidth));

    private IEnumerable<ReproductionRow> Errors(IReadOnlyList<CompressedNetwork> networks, string? print, double bar)
    {
        string of = networks.Count == 1 ? "" : $", mean of {networks.Count} seeds";
        yield return AtMost($"  test error %{of}", print, bar, networks.Average(one => one.TestError));
        if (networks.Count == 1) yield break;
        yield return ReproductionRow.Note("  of each seed", null, string.Join(", ", networks.Select(one => Percent(one.TestError))));
    }

    private string InKilobytes() => FormattableString.Invariant($"{published.Bytes / 1000:0} KB");

    // Networks that have hardly been trained show neither such errors nor such few distinct gaps and codes.
    private ReproductionRow AtMost(string what, string? print, double bar, double ours, string format = "0.00")
    {
        ReproductionRow row = ReproductionRow.AtMost(what, print, bar, ours, format);
        return isQuick ? row with { Bar = null, Holds = null } : row;
    }
}
