using System.Globalization;
using Espalier.Compilation.Model;

namespace Espalier.Reporting;

/// <summary>
/// Draws a network as SVG with a panel for each layer of weights, in which every weight is a pixel: see <see cref="WeightMosaic"/>.
/// </summary>
internal static class MosaicPicture
{
    private const double Width = 1100, Height = 620, Margin = 46, Top = 118, Bottom = 84, Gap = 28, LargestPixel = 14;

    /// <summary>The picture of <paramref name="network"/> as SVG text of 1100 x 620 pixels.</summary>
    public static string ToSvg(Network network)
    {
        var canvas = new SvgCanvas(Width, Height, $"The network {network.Name}");
        canvas.Label(Margin, 28, network.Name, 17, bold: true);
        WeightedLayer[] layers = [.. network.Layers.OfType<WeightedLayer>()];
        canvas.Label(Margin, 48, Invariant($"{network.WeightCount:#,0} weights in {layers.Length} layers"), 12, fill: Palette.Muted);
        canvas.Label(Margin, 68, string.Join(" - ", network.Layers.Select(Word).Prepend($"{network.InputShape}")), 11, fill: Palette.Muted);
        double panel = (Width - 2 * Margin - Gap * (layers.Length - 1)) / Math.Max(1, layers.Length);
        for (int i = 0; i < layers.Length; i++) DrawPanel(canvas, layers[i], Margin + i * (panel + Gap), panel);
        return canvas.ToString();
    }

    private static void DrawPanel(SvgCanvas canvas, WeightedLayer layer, double x, double width)
    {
        Picture picture = WeightMosaic.Draw(layer);
        double zoom = Math.Min(LargestPixel, Math.Min(width / picture.Width, (Height - Top - Bottom) / picture.Height));
        canvas.Image(x, Top, picture.Width * zoom, picture.Height * zoom, PngEncoder.ToBytes(picture));
        canvas.Label(x, Top - 12, layer.Name, 12, bold: true);
        SparseMatrix weights = layer.Weights;
        int live = Enumerable.Range(0, weights.Rows).Count(row => weights.RowCount(row) > 0);
        double below = Top + picture.Height * zoom;
        string what = layer is ConvolutionLayer ? "filters" : "units";
        canvas.Label(
            x, below + 18, Invariant($"{weights.Count:#,0} of {(long)weights.Rows * weights.Columns:#,0} weights"), 11,
            fill: Palette.Muted);
        canvas.Label(x, below + 34, Invariant($"{live:#,0} of {weights.Rows:#,0} {what} have some"), 11, fill: Palette.Muted);
    }

    private static string Word(Layer layer) => layer switch
    {
        ConvolutionLayer convolution => Invariant($"{layer.OutputShape.Channels} @ {convolution.Window.Height}x{convolution.Window.Width}"),
        PoolingLayer pooling => Invariant($"{pooling.Kind.ToString().ToLowerInvariant()} {pooling.Window.Height}x{pooling.Window.Width}"),
        DenseLayer => Invariant($"{layer.OutputShape.Length}"),
        BatchNormalizationLayer => "norm",
        AdditionLayer => "add",
        ConcatenationLayer => "concatenate",
        _ => "flatten",
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
