using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import.Operators;

/// <summary>Maxima and means over windows, whole images and axes.</summary>
internal static class PoolingOperators
{
    /// <summary>The operators by name.</summary>
    public static IEnumerable<(string Name, OnnxOperator Run)> All =>
    [
        ("MaxPool", call => Pool(call, PoolingKind.Max)), ("AveragePool", call => Pool(call, PoolingKind.Average)),
        ("GlobalMaxPool", call => Reduce(call, Spatial(call), true, PoolingKind.Max)),
        ("GlobalAveragePool", call => Reduce(call, Spatial(call), true, PoolingKind.Average)),
        ("ReduceMean", call => Reduce(call, PoolingKind.Average)), ("ReduceMax", call => Reduce(call, PoolingKind.Max)),
        ("ReduceMin", Minimum),
        ("ReduceSum", Sum), ("ReduceProd", ProductOfConstants), ("ArgMax", Index), ("ArgMin", Index),
    ];

    private static GraphValue[] Pool(NodeCall call, PoolingKind kind)
    {
        Signal x = call.Signal(0);
        ImageView image = ImageView.Of(call.Network, call.LayerName, x)
            ?? ImageView.Gathered(call.Network, call.LayerName, x, ImageView.ShapeOf(x));
        int[] kernel = call.Ints("kernel_shape") ?? throw new EspalierException("has no kernel_shape.");
        bool ceiling = call.Int("ceil_mode", 0) != 0, countsPadding = kind == PoolingKind.Average && call.Int("count_include_pad", 0) != 0;
        bool isAbsorbed = image.HasBorder && kind == PoolingKind.Average && !ceiling;
        if (!isAbsorbed) image = image.Materialized(call.Network, call.LayerName);
        var border = image.Border;
        var bordered = new Shape(
            image.Shape.Channels, border.Top + image.Shape.Height + border.Bottom, border.Left + image.Shape.Width + border.Right);
        Window window = WindowReader.Read(call, bordered, kernel);
        if (isAbsorbed && window.HasPadding && !countsPadding)
        {
            // Zeros of the image count and those of the window do not: two kinds of padding, of which a layer has one.
            image = image.Materialized(call.Network, call.LayerName);
            border = default;
        }

        window = window.Over(border);
        var layer = call.Network.Layers.Add(call.LayerName, [image.Source], unique => new PoolingLayer(
            unique, image.Shape, kind, window, ceiling, (countsPadding || border != default) && window.HasPadding, Activation.Identity));
        return [new Signal(layer, ConvolutionOperators.ImageDims(x, call.Network.Layers.ShapeOf(layer)), null, x.Batch, false)];
    }

    private static int[] Spatial(NodeCall call) => call.Value(0).Rank > 2
        ? [.. Enumerable.Range(2, call.Value(0).Rank - 2)]
        : throw new EspalierException($"reads {Tensors.Show(call.Value(0).Dims)} values; a batch of images is needed.");

    private static GraphValue[] Reduce(NodeCall call, PoolingKind kind) => Reduce(call, Axes(call), call.Int("keepdims", 1) != 0, kind);

    private static int[] Axes(NodeCall call)
    {
        int[] axes = call.Ints(1, "axes") ?? [];
        bool isAll = axes.Length == 0 && call.Int("noop_with_empty_axes", 0) == 0;
        return isAll ? [.. Enumerable.Range(0, call.Value(0).Rank)] : ReshapeOperators.Axes(axes, call.Value(0).Rank);
    }

    private static GraphValue[] Reduce(NodeCall call, int[] axes, bool keepsAxes, PoolingKind kind)
    {
        var groups = AxisGroups.Of(call.Value(0), axes, keepsAxes);
        if (call.Value(0) is ConstantTensor constant)
        {
            return [groups.Fold(constant, values => kind == PoolingKind.Max ? values.Max() : values.Average())];
        }

        Signal x = call.Signal(0);
        groups.RequireBatch(x);
        if (groups.Size == 1) return [x.Seen(Layout.Reshaped(groups.Dims, groups.BatchAfter(x)))];
        if (Channels(call.Network, x, groups) is int[] channels)
        {
            Shape shape = call.Network.Layers.ShapeOf(x.Source);
            var window = new Window(shape.Height, shape.Width);
            int layer = call.Network.Layers.Add(
                call.LayerName, [x.Source], unique => new PoolingLayer(unique, shape, kind, window, false, false, Activation.Identity));
            return [new Signal(layer, groups.Dims, channels, groups.BatchAfter(x), false)];
        }

        return [kind == PoolingKind.Average ? Summed(call, x, groups, 1.0 / groups.Size) : Largest(call, x, groups)];
    }

    /// <summary>The maximum along axes of any values.</summary>
    internal static Signal Largest(NodeCall call, Signal x, int[] axes, bool keepsAxes) =>
        Largest(call, x, AxisGroups.Of(x, axes, keepsAxes));

    /// <summary>The maximum of each group: each is put together as one row of an image, a channel for each group.</summary>
    private static Signal Largest(NodeCall call, Signal x, AxisGroups groups)
    {
        var shape = new Shape(groups.Elements.Length, 1, groups.Size);
        Signal ordered = x with { Map = [.. groups.Elements.SelectMany(group => group.Select(x.At))] };
        ImageView image = ImageView.Gathered(call.Network, call.LayerName, ordered, shape);
        int layer = call.Network.Layers.Add(call.LayerName, [image.Source], unique => new PoolingLayer(
            unique, shape, PoolingKind.Max, new Window(1, groups.Size), false, false, Activation.Identity));
        return new Signal(layer, groups.Dims, null, groups.BatchAfter(x), false);
    }

    private static GraphValue[] Index(NodeCall call) => throw new EspalierException(
        "yields the index of a value, which no layer does; it can be left out where nothing but the class comes after it.");

    /// <summary>min(x) = -max(-x).</summary>
    private static GraphValue[] Minimum(NodeCall call)
    {
        GraphValue negated = OperatorTable.Run("Neg", call.With([call.Value(0)]))[0];
        return OperatorTable.Run("Neg", call.With(Reduce(call.With([negated, .. call.Inputs.Skip(1)]), PoolingKind.Max)));
    }

    private static GraphValue[] Sum(NodeCall call)
    {
        bool keepsAxes = call.Int("keepdims", 1) != 0;
        var groups = AxisGroups.Of(call.Value(0), Axes(call), keepsAxes);
        return call.Value(0) is ConstantTensor constant
            ? [groups.Fold(constant, values => values.Sum())]
            : [Summed(call, call.Signal(0), groups, 1)];
    }

    private static GraphValue[] ProductOfConstants(NodeCall call) =>
        [AxisGroups.Of(call.Value(0), Axes(call), call.Int("keepdims", 1) != 0).Fold(
            call.Constant(0), values => values.Aggregate((a, b) => a * b))];

    private static Signal Summed(NodeCall call, Signal x, AxisGroups groups, double weight)
    {
        groups.RequireBatch(x);
        if (groups.Size == 1) return x.Seen(Layout.Reshaped(groups.Dims, groups.BatchAfter(x)));
        SparseRows rows = call.Network.RowsOver(x);
        foreach (int[] group in groups.Elements)
        {
            foreach (int element in group) rows.Add(x.At(element), weight);
            rows.EndRow();
        }

        return call.Network.Dense(call.LayerName, x, rows, groups.Dims, groups.BatchAfter(x));
    }

    /// <summary>Which channel of the image viewed each group is, when each is exactly one of them; else null.</summary>
    private static int[]? Channels(NetworkAssembler network, Signal x, AxisGroups groups)
    {
        Shape shape = network.Layers.ShapeOf(x.Source);
        int area = shape.Height * shape.Width;
        if (groups.Size != area || area == 1 || !network.IsPermutation(x)) return null;
        int[] channels = [.. groups.Elements.Select(group => x.At(group[0]) / area)];
        return groups.Elements.Select((group, i) => group.All(element => x.At(element) / area == channels[i])).All(isOne => isOne)
            ? channels
            : null;
    }
}
