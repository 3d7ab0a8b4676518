using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import.Operators;

/// <summary>Convolutions with constant filters.</summary>
internal static class ConvolutionOperators
{
    /// <summary>The operators by name.</summary>
    public static IEnumerable<(string Name, OnnxOperator Run)> All => [("Conv", Convolve)];

    // A fully connected layer is some ten times faster than an image put together and convolved, but code grows with its weights.
    private const int MaxExpanded = 1 << 20;

    private static GraphValue[] Convolve(NodeCall call)
    {
        Signal x = call.Signal(0);
        ConstantTensor filters = call.Constant(1);
        int[] taps = filters.Rank > 2
            ? filters.Dims[2..]
            : throw new EspalierException($"has filters of {Tensors.Show(filters.Dims)}; filters x channels x taps are needed.");
        int[] kernel = call.Ints("kernel_shape") ?? taps;
        if (!kernel.AsSpan().SequenceEqual(taps))
        {
            throw new EspalierException($"has a kernel of {Tensors.Show(kernel)} and filters of {Tensors.Show(filters.Dims)}.");
        }

        float[] biases = call.Has(2) ? Array.ConvertAll(call.Constant(2).Values, value => (float)value) : new float[filters.Dims[0]];
        int groups = call.Int("group", 1);
        SparseMatrix weights = Rows(filters);
        ImageView? view = ImageView.Of(call.Network, call.LayerName, x);
        if (view is null && Expanded(call, x, weights, biases, groups, kernel) is Signal expanded) return [expanded];
        ImageView image = view ?? ImageView.Gathered(call.Network, call.LayerName, x, ImageView.ShapeOf(x));
        var bordered = new Shape(
            image.Shape.Channels,
            image.Border.Top + image.Shape.Height + image.Border.Bottom,
            image.Border.Left + image.Shape.Width + image.Border.Right);
        Window window = WindowReader.Read(call, bordered, kernel).Over(image.Border);
        int layer = call.Network.Layers.Add(call.LayerName, [image.Source], unique =>
            new ConvolutionLayer(unique, image.Shape, window, groups, weights, FloatVector.Own(biases), Activation.Identity));
        return [new Signal(layer, ImageDims(x, call.Network.Layers.ShapeOf(layer)), null, x.Batch, false)];
    }

    /// <summary>The axes of an image that comes of sliding over <paramref name="x"/>.</summary>
    internal static int[] ImageDims(Signal x, Shape shape) =>
        x.Rank == 3 ? [1, shape.Channels, shape.Width] : [1, shape.Channels, shape.Height, shape.Width];

    /// <summary>
    /// The convolution as a fully connected layer, for values that lie as an image in no layer; null when it would be too large.
    /// </summary>
    private static Signal? Expanded(NodeCall call, Signal x, SparseMatrix weights, float[] biases, int groups, int[] kernel)
    {
        Shape shape = x.Rank == 3 ? new Shape(x.Dims[1], 1, x.Dims[2]) : new Shape(x.Dims[1], x.Dims[2], x.Dims[3]);
        Window window = WindowReader.Read(call, shape, kernel);
        var layer = new ConvolutionLayer("expanded", shape, window, groups, weights, FloatVector.Own(biases), Activation.Identity);
        if (layer.FindFault() is string fault) throw new EspalierException($"makes no layer: {fault}");
        Shape output = layer.OutputShape;
        if ((long)Math.Max(weights.Count, 1) * output.Height * output.Width > MaxExpanded) return null;

        SparseRows rows = call.Network.RowsOver(x);
        var all = new float[output.Length];
        for (int filter = 0, next = 0; filter < output.Channels; filter++)
        {
            for (int pixel = 0; pixel < output.Height * output.Width; pixel++, next++)
            {
                for (int i = weights.RowStart(filter); i < weights.RowStart(filter + 1); i++)
                {
                    (int channel, int tapY, int tapX) = layer.Tap(weights.ColumnIndex(i));
                    int y = window.ImageY(pixel / output.Width, tapY), column = window.ImageX(pixel % output.Width, tapX);
                    if (y < 0 || y >= shape.Height || column < 0 || column >= shape.Width) continue;
                    rows.Add(x.At(((layer.FirstChannel(filter) + channel) * shape.Height + y) * shape.Width + column), weights.Value(i));
                }

                rows.EndRow();
                all[next] = biases[filter];
            }
        }

        call.Network.Note($"{call.LayerName}: a convolution of values that lie as an image in no layer became a fully connected layer");
        Signal sums = call.Network.Dense(call.LayerName, x, rows, ConvolutionOperators.ImageDims(x, output), x.Batch);
        return Affine.Apply(call.Network, call.LayerName, sums, _ => 1, i => all[i]);
    }

    private static SparseMatrix Rows(ConstantTensor filters)
    {
        int count = filters.Dims[0], columns = count == 0 ? 0 : filters.Length / count;
        var rows = new SparseRows(columns);
        for (int filter = 0; filter < count; filter++)
        {
            for (int i = 0; i < columns; i++) rows.Add(i, filters.Values[filter * columns + i]);
            rows.EndRow();
        }

        return rows.ToMatrix();
    }
}
