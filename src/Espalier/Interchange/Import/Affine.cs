using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import;

/// <summary>Multiplications by constants and additions of constants: folded into the layer before, else a batch normalisation.</summary>
internal static class Affine
{
    /// <summary>The normalisation that changes nothing, which stands where a layer is needed for its activation function alone.</summary>
    public static BatchNormalizationLayer Unit(string name, Shape shape)
    {
        FloatVector ones = All(shape.Channels, 1), zeros = All(shape.Channels, 0);
        return new BatchNormalizationLayer(name, shape, ones, zeros, zeros, ones, 0, Activation.Identity);
    }

    /// <summary>x s + t, element by element.</summary>
    /// <param name="network">Where a layer goes.</param>
    /// <param name="name">Its name.</param>
    /// <param name="x">The signal.</param>
    /// <param name="scale">s, one for each element.</param>
    /// <param name="shift">t, one for each element.</param>
    public static Signal Apply(NetworkAssembler network, string name, Signal x, Func<int, double> scale, Func<int, double> shift)
    {
        x = network.Permuted(name, x);
        var scales = new double[x.Length];
        var shifts = new double[x.Length];
        for (int i = 0; i < x.Length; i++) (scales[x.At(i)], shifts[x.At(i)]) = (scale(i), shift(i));
        if (Array.TrueForAll(scales, s => s == 1) && Array.TrueForAll(shifts, t => t == 0)) return x;

        Shape shape = network.Layers.ShapeOf(x.Source);
        bool isByChannel = IsByChannel(scales, shape) && IsByChannel(shifts, shape);
        if (isByChannel && network.OpenLayer(x) is Layer open
            && Folded(open, ByChannel(scales, shape), ByChannel(shifts, shape)) is Layer folded)
        {
            network.Layers.Replace(x.Source, folded);
            return x;
        }

        if (!isByChannel) x = network.Flattened(name, x);
        shape = network.Layers.ShapeOf(x.Source);
        FloatVector s = Rounded(ByChannel(scales, shape)), t = Rounded(ByChannel(shifts, shape));
        int layer = network.Layers.Add(name, [x.Source], unique => Unit(unique, shape) with { Scale = s, Shift = t });
        return x with { Source = layer, IsShared = false };
    }

    /// <summary>Batch normalisation with the numbers of channel <paramref name="channel"/>(i) for element i.</summary>
    public static Signal Normalize(
        NetworkAssembler network, string name, Signal x, Func<int, int> channel, float[][] numbers, float epsilon)
    {
        x = network.Permuted(name, x);
        var channels = new double[x.Length];
        for (int i = 0; i < x.Length; i++) channels[x.At(i)] = channel(i);
        if (!IsByChannel(channels, network.Layers.ShapeOf(x.Source))) x = network.Flattened(name, x);
        Shape shape = network.Layers.ShapeOf(x.Source);
        double[] order = ByChannel(channels, shape);
        FloatVector[] picked = Array.ConvertAll(numbers, all => FloatVector.Own(Array.ConvertAll(order, c => all[(int)c])));
        int layer = network.Layers.Add(name, [x.Source], unique =>
            new BatchNormalizationLayer(unique, shape, picked[0], picked[1], picked[2], picked[3], epsilon, Activation.Identity));
        return x with { Source = layer, IsShared = false };
    }

    /// <summary>
    /// The layer with its sums scaled and shifted; null for a layer that has no numbers of its own, or not finite ones then.
    /// </summary>
    private static Layer? Folded(Layer layer, double[] scales, double[] shifts)
    {
        switch (layer)
        {
            case WeightedLayer weighted:
                SparseMatrix weights = weighted.Weights;
                var rows = new SparseRows(weights.Columns);
                var biases = new float[weights.Rows];
                for (int row = 0; row < weights.Rows; row++)
                {
                    for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
                    {
                        rows.Add(weights.ColumnIndex(i), weights.Value(i) * scales[row]);
                    }

                    rows.EndRow();
                    biases[row] = (float)(weighted.Biases[row] * scales[row] + shifts[row]);
                }

                bool isSame = Array.TrueForAll(scales, scale => scale == 1);
                return weighted with { Weights = isSame ? weights : rows.ToMatrix(), Biases = FloatVector.Own(biases) };
            case BatchNormalizationLayer normalization:
                double[] scale = [.. scales.Select((s, c) => s * normalization.Scale[c])];
                double[] shift = [.. shifts.Select((t, c) => normalization.Shift[c] * scales[c] + t)];
                return normalization with { Scale = Rounded(scale), Shift = Rounded(shift) };
            default:
                return null;
        }
    }

    private static bool IsByChannel(double[] values, Shape shape)
    {
        int area = shape.Height * shape.Width;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] != values[i - i % area]) return false;
        }

        return true;
    }

    private static double[] ByChannel(double[] values, Shape shape)
    {
        int area = shape.Height * shape.Width;
        return [.. Enumerable.Range(0, shape.Channels).Select(c => values[c * area])];
    }

    private static FloatVector All(int count, float value) => FloatVector.Own([.. Enumerable.Repeat(value, count)]);

    private static FloatVector Rounded(double[] values) => FloatVector.Own(Array.ConvertAll(values, value => (float)value));
}
