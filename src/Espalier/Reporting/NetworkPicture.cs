using System.Text;
using Espalier.Compilation.Model;

namespace Espalier.Reporting;

/// <summary>
/// Draws a network as SVG. A chain of dense layers: units in columns (images as a grid of pixels), a line for each surviving weight,
/// blue for positive and orange for negative, stronger where the weight is larger; units that nothing reaches or that reach
/// nothing are pale. Any other network: the weights of each layer as pixels of these colours, a tile for each filter and channel.
/// </summary>
public static class NetworkPicture
{
    /// <summary>The most lines drawn between two layers; beyond it only the largest weights are shown, and the caption says so.</summary>
    public const int MaxLinesPerLayer = 1500;

    private const double Width = 1100, Height = 620, Margin = 46, Top = 92, Bottom = 52;
    private const int Shades = 4, FewLines = 60;

    /// <summary>The picture of <paramref name="network"/> as SVG text of 1100 x 620 pixels.</summary>
    public static string ToSvg(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!network.IsChain || network.Layers.Any(layer => layer is not DenseLayer)) return MosaicPicture.ToSvg(network);
        DenseLayer[] layers = [.. network.Layers.Cast<DenseLayer>()];
        var canvas = new SvgCanvas(Width, Height, $"The network {network.Name}");
        UnitColumn[] columns = Columns(network, layers);
        canvas.Label(Margin, 28, network.Name, 17, bold: true);
        canvas.Label(Margin, 48, $"{network.WeightCount:#,0} weights in {layers.Length} layers", 12, fill: Palette.Muted);
        for (int i = 0; i < layers.Length; i++) DrawWeights(canvas, layers[i], columns[i], columns[i + 1]);
        foreach (UnitColumn column in columns) column.Draw(canvas);
        return canvas.ToString();
    }

    private static UnitColumn[] Columns(Network network, DenseLayer[] layers)
    {
        var columns = new UnitColumn[layers.Length + 1];
        double step = (Width - 2 * Margin) / (layers.Length + 0.35);
        for (int i = 0; i <= layers.Length; i++)
        {
            Shape shape = i == 0 ? network.InputShape : layers[i - 1].OutputShape;
            float[] outgoing = i < layers.Length ? Strengths(layers[i].Weights, byColumn: true) : [];
            float[] incoming = i > 0 ? Strengths(layers[i - 1].Weights, byColumn: false) : [];
            string name = i == 0 ? "input" : layers[i - 1].Name;
            columns[i] = new UnitColumn(name, shape, incoming, outgoing, Margin + i * step, Top, Height - Bottom - Top, step * 0.42);
        }

        return columns;
    }

    // The sum of |w| into each unit (by row) or out of each unit (by column).
    private static float[] Strengths(SparseMatrix weights, bool byColumn)
    {
        var sums = new float[byColumn ? weights.Columns : weights.Rows];
        for (int row = 0; row < weights.Rows; row++)
        {
            for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
            {
                sums[byColumn ? weights.ColumnIndex(i) : row] += Math.Abs(weights.Value(i));
            }
        }

        return sums;
    }

    private static void DrawWeights(SvgCanvas canvas, DenseLayer layer, UnitColumn from, UnitColumn to)
    {
        SparseMatrix weights = layer.Weights;
        float[] magnitudes = [.. Enumerable.Range(0, weights.Count).Select(i => Math.Abs(weights.Value(i)))];
        Array.Sort(magnitudes);
        int hidden = Math.Max(0, magnitudes.Length - MaxLinesPerLayer);
        float threshold = hidden > 0 ? magnitudes[hidden] : 0;
        // One path a sign and shade: thousands of separate lines would make the file several times larger.
        var paths = new StringBuilder[2 * Shades];
        for (int i = 0; i < paths.Length; i++) paths[i] = new StringBuilder();
        for (int row = 0; row < weights.Rows; row++)
        {
            for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
            {
                float weight = weights.Value(i);
                if (weight == 0 || Math.Abs(weight) < threshold) continue;
                int rank = Math.Max(0, Array.BinarySearch(magnitudes, Math.Abs(weight)) - hidden);
                int shade = Shades * rank / (magnitudes.Length - hidden);
                (double x1, double y1) = from.Centre(weights.ColumnIndex(i));
                (double x2, double y2) = to.Centre(row);
                paths[(weight > 0 ? Shades : 0) + shade].Append('M').Append(SvgCanvas.Format(x1)).Append(' ').Append(SvgCanvas.Format(y1))
                    .Append('L').Append(SvgCanvas.Format(x2)).Append(' ').Append(SvgCanvas.Format(y2));
            }
        }

        // Where a handful of weights is all there is, none of them may be faint.
        (double width, double faintest) = weights.Count <= FewLines ? (1.2, 0.3) : (0.4, 0);
        double density = Math.Min(1, 300.0 / Math.Max(1, Math.Min(weights.Count, MaxLinesPerLayer)));
        for (int i = 0; i < paths.Length; i++)
        {
            if (paths[i].Length == 0) continue;
            double shade = (i % Shades + 1.0) / Shades;
            string stroke = i < Shades ? Palette.Negative : Palette.Positive;
            canvas.Path(paths[i].ToString(), stroke, width + 0.7 * shade, faintest + (0.3 + 0.4 * density) * shade * shade);
        }

        double middle = (from.CentreX + to.CentreX) / 2;
        string counts = $"{weights.Count:#,0} of {(long)weights.Rows * weights.Columns:#,0} weights";
        canvas.Label(middle, Height - 26, counts, 11, "middle", Palette.Muted);
        if (magnitudes.Length > MaxLinesPerLayer)
        {
            canvas.Label(middle, Height - 12, $"the largest {MaxLinesPerLayer:#,0} drawn", 11, "middle", Palette.Muted);
        }
    }
}
