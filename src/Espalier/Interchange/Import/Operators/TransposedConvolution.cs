using Espalier.Compilation.Format;
using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import.Operators;

/// <summary>
/// Transposed convolutions: each pixel read is spread over the taps of each filter, the results are added, and the padding is cut off. They
/// become fully connected layers.
/// </summary>
internal static class TransposedConvolution
{
    /// <summary>The operators by name.</summary>
    public static IEnumerable<(string Name, OnnxOperator Run)> All => [("ConvTranspose", Convolve)];

    /// <summary>How a node spreads along one axis.</summary>
    /// <param name="Input">The pixels read.</param>
    /// <param name="Taps">The taps of a filter.</param>
    /// <param name="Stride">By how much the output moves from one pixel read to the next.</param>
    /// <param name="Dilation">By how much it moves from one tap to the next.</param>
    /// <param name="Cut">The pixels cut off before the first one yielded.</param>
    /// <param name="Output">The pixels yielded.</param>
    private readonly record struct Axis(int Input, int Taps, int Stride, int Dilation, int Cut, int Output)
    {
        /// <summary>The pixel that tap <paramref name="tap"/> of the output's pixel reads; -1 for none.</summary>
        public int Read(int pixel, int tap)
        {
            int from = pixel + Cut - tap * Dilation;
            return from >= 0 && from % Stride == 0 && from / Stride < Input ? from / Stride : -1;
        }
    }

    private static GraphValue[] Convolve(NodeCall call)
    {
        Signal x = call.Signal(0);
        ConstantTensor filters = call.Constant(1);
        Shape shape = ImageView.ShapeOf(x);
        int groups = call.Int("group", 1);
        bool fits = filters.Rank == x.Rank && filters.Dims[0] == shape.Channels && groups > 0 && shape.Channels % groups == 0;
        if (!fits)
        {
            throw new EspalierException($"has filters of {Tensors.Show(filters.Dims)} in {groups} groups for {shape.Channels} channels.");
        }

        Axis[] axes = Axes(call, x.Dims[2..], filters.Dims[2..]);
        Axis vertical = axes.Length == 2 ? axes[0] : new Axis(1, 1, 1, 1, 0, 1), horizontal = axes[^1];
        int perGroup = filters.Dims[1], channels = perGroup * groups;
        long products = (long)filters.Length * vertical.Output * horizontal.Output;
        if (products > ModelLimits.MaxWeights)
        {
            throw new EspalierException($"takes {products:N0} products as a fully connected layer; that is no small network.");
        }

        SparseRows rows = call.Network.RowsOver(x);
        var output = new Shape(channels, vertical.Output, horizontal.Output);
        for (int filter = 0; filter < channels; filter++)
        {
            int first = filter / perGroup * (shape.Channels / groups);
            for (int pixel = 0; pixel < output.Height * output.Width; pixel++)
            {
                for (int channel = first; channel < first + shape.Channels / groups; channel++)
                {
                    for (int tap = 0; tap < vertical.Taps * horizontal.Taps; tap++)
                    {
                        int y = vertical.Read(pixel / output.Width, tap / horizontal.Taps),
                            column = horizontal.Read(pixel % output.Width, tap % horizontal.Taps);
                        if (y < 0 || column < 0) continue;
                        double weight = filters.Values[(channel * perGroup + filter % perGroup) * vertical.Taps * horizontal.Taps + tap];
                        rows.Add(x.At((channel * shape.Height + y) * shape.Width + column), weight);
                    }
                }

                rows.EndRow();
            }
        }

        call.Network.Note($"{call.LayerName}: a transposed convolution became a fully connected layer");
        Signal sums = call.Network.Dense(call.LayerName, x, rows, ConvolutionOperators.ImageDims(x, output), x.Batch);
        if (!call.Has(2)) return [sums];
        double[] biases = call.Constant(2).Values;
        return [Affine.Apply(call.Network, call.LayerName, sums, _ => 1, i => biases[i / (output.Height * output.Width)])];
    }

    private static Axis[] Axes(NodeCall call, int[] sides, int[] taps)
    {
        int count = sides.Length;
        int[] strides = WindowReader.All(call, "strides", count, 1), dilations = WindowReader.All(call, "dilations", count, 1);
        int[] pads = WindowReader.All(call, "pads", 2 * count, 0), more = WindowReader.All(call, "output_padding", count, 0);
        int[]? wanted = call.Ints("output_shape")?.TakeLast(count).ToArray();
        string automatic = call.Text("auto_pad", "NOTSET");
        if (automatic is "SAME_UPPER" or "SAME_LOWER") wanted ??= [.. sides.Select((side, i) => Tensors.Count([side, strides[i]]))];
        if (automatic == "VALID") pads = new int[2 * count];
        var axes = new Axis[count];
        for (int i = 0; i < count; i++)
        {
            long whole = (long)strides[i] * (sides[i] - 1) + more[i] + (long)(taps[i] - 1) * dilations[i] + 1;
            long cut = pads[i], output = wanted?[i] ?? whole - pads[i] - pads[i + count];
            if (wanted is not null)
            {
                cut = automatic == "SAME_UPPER" ? Math.Max(0, whole - output) / 2 : (Math.Max(0, whole - output) + 1) / 2;
            }

            if (output is < 1 or > ModelLimits.MaxValues) throw new EspalierException($"yields {output} pixels along axis {i + 2}.");
            axes[i] = new Axis(sides[i], taps[i], strides[i], dilations[i], (int)cut, (int)output);
        }

        return axes;
    }
}
