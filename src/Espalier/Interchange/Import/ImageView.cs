using Espalier.Compilation.Format;
using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import;

/// <summary>A signal read as an image by a convolution or a pooling: a whole layer's values, maybe within a border of zeros.</summary>
/// <param name="Source">The layer.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Border">The zeros above, to the left, below and to the right.</param>
internal readonly record struct ImageView(int Source, Shape Shape, (int Top, int Left, int Bottom, int Right) Border)
{
    /// <summary>Whether zeros surround the image.</summary>
    public bool HasBorder => Border != default;

    /// <summary>
    /// Reads N x channels x height x width or N x channels x length; null when its elements do not lie as an image in any layer.
    /// </summary>
    /// <exception cref="EspalierException">The signal has another number of axes, or several images.</exception>
    /// <exception cref="InputRedeclaration">The network's input should be declared otherwise.</exception>
    public static ImageView? Of(NetworkAssembler network, string name, Signal x)
    {
        Shape shape = ShapeOf(x);
        if (Cut(x, shape) is not var (core, shown, border)) return null;
        Shape stored = network.Layers.ShapeOf(x.Source);
        bool isInOrder = IsInOrder(core) && core.Length == stored.Length;
        if (isInOrder && stored == shown) return new ImageView(x.Source, shown, border);
        if (isInOrder && network.Layers[x.Source] is FlattenLayer flatten && flatten.Input == shown)
        {
            return new ImageView(network.Layers.SourceOf(x.Source), shown, border);
        }

        bool isPermutation = network.IsPermutation(x with { Map = core, Dims = [core.Length] });
        if (x.Source < 0 && isPermutation && network.CanRedeclareInput)
        {
            throw new InputRedeclaration(new InputDeclaration(shown, isInOrder ? null : core));
        }

        return ChannelsOf(core, shown, stored) is int[] channels
            ? new ImageView(Gather(network, name, x.Source, stored, channels), shown, border)
            : null;
    }

    /// <summary>
    /// Elements that lie as an image in no layer made one, with a weight of 1 for each: a convolution over the vector as an image of one
    /// pixel, of whose window, as large as the image made, one tap reads that pixel at each position.
    /// </summary>
    public static ImageView Gathered(NetworkAssembler network, string name, Signal x, Shape shape)
    {
        int source = network.Flattened(name, x).Source, area = shape.Height * shape.Width;
        Shape values = network.Layers.ShapeOf(source);
        if ((long)values.Length * area > ModelLimits.MaxValues)
        {
            throw new EspalierException(
                $"reads values that lie as an image in no layer, and {values.Length} values are too many to make an image of {shape}.");
        }

        var rows = new SparseRows(values.Length * area);
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            for (int pixel = 0; pixel < area; pixel++)
            {
                rows.Add(x.At(channel * area + pixel) is var at and >= 0 ? at * area + area - 1 - pixel : -1, 1);
            }

            rows.EndRow();
        }

        SparseMatrix weights = rows.ToMatrix();
        (int below, int right) = (shape.Height - 1, shape.Width - 1);
        var window = new Window(shape.Height, shape.Width) { Top = below, Left = right, Bottom = below, Right = right };
        network.Note($"{name}: values are put together as an image by a convolution with one weight of 1 for each");
        int layer = network.Layers.Add($"{name}_image", [source], unique =>
            new ConvolutionLayer(unique, values, window, 1, weights, FloatVector.Own(new float[shape.Channels]), Activation.Identity));
        return new ImageView(layer, shape, default);
    }

    /// <summary>The image with its border as an image of its own: a convolution of one tap with the weight 1 for each channel.</summary>
    public ImageView Materialized(NetworkAssembler network, string name)
    {
        if (!HasBorder) return this;
        Shape shape = Shape;
        var border = Border;
        var weights = new SparseMatrix(
            shape.Channels, 1, [.. Enumerable.Range(0, shape.Channels + 1)], new int[shape.Channels],
            [.. Enumerable.Repeat(1f, shape.Channels)]);
        var window = new Window(1, 1) { Top = border.Top, Left = border.Left, Bottom = border.Bottom, Right = border.Right };
        int layer = network.Layers.Add($"{name}_border", [Source], unique =>
            new ConvolutionLayer(
                unique, shape, window, shape.Channels, weights, FloatVector.Own(new float[shape.Channels]), Activation.Identity));
        return new ImageView(layer, network.Layers.ShapeOf(layer), default);
    }

    /// <summary>The shape of an image; a sequence is one of height 1.</summary>
    public static Shape ShapeOf(Signal x)
    {
        if (x.Rank is not (3 or 4) || x.Dims[0] != 1 || x.Batch > 0)
        {
            throw new EspalierException(
                $"reads {Tensors.Show(x.Dims)} values; one image of a batch x channels x height x width (or x length) is needed.");
        }

        return x.Rank == 3 ? new Shape(x.Dims[1], 1, x.Dims[2]) : new Shape(x.Dims[1], x.Dims[2], x.Dims[3]);
    }

    /// <summary>The elements within the border of zeros; null when there are zeros elsewhere, or nothing else.</summary>
    private static (int[] Core, Shape Shape, (int Top, int Left, int Bottom, int Right) Border)? Cut(Signal x, Shape shape)
    {
        int[] all = x.Map ?? [.. Enumerable.Range(0, x.Length)];
        int first = Array.FindIndex(all, index => index >= 0), last = Array.FindLastIndex(all, index => index >= 0);
        if (first < 0) return null;
        int area = shape.Height * shape.Width, rest = first % area, end = last % area;
        (int top, int left, int bottom, int right) = (rest / shape.Width, rest % shape.Width, end / shape.Width, end % shape.Width);
        var inner = new Shape(shape.Channels, bottom - top + 1, right - left + 1);
        if (first / area != 0 || last / area != shape.Channels - 1 || inner.Height < 1 || inner.Width < 1) return null;
        var core = new int[inner.Length];
        int next = 0;
        for (int i = 0; i < all.Length; i++)
        {
            int y = i % area / shape.Width, column = i % shape.Width;
            bool isInside = y >= top && y <= bottom && column >= left && column <= right;
            if (isInside != all[i] >= 0) return null;
            if (isInside) core[next++] = all[i];
        }

        return (core, inner, (top, left, shape.Height - 1 - bottom, shape.Width - 1 - right));
    }

    /// <summary>Which channel of the stored image each channel shown is; null when the pixels of a channel are moved.</summary>
    private static int[]? ChannelsOf(int[] core, Shape shown, Shape stored)
    {
        if (shown.Height != stored.Height || shown.Width != stored.Width) return null;
        int area = shown.Height * shown.Width;
        var channels = new int[shown.Channels];
        for (int i = 0; i < core.Length; i++)
        {
            int channel = core[i] / area;
            if (core[i] % area != i % area) return null;
            if (i % area == 0) channels[i / area] = channel;
            else if (channels[i / area] != channel) return null;
        }

        return channels;
    }

    private static int Gather(NetworkAssembler network, string name, int source, Shape stored, int[] channels)
    {
        float[] ones = [.. Enumerable.Repeat(1f, channels.Length)];
        var weights = new SparseMatrix(channels.Length, stored.Channels, [.. Enumerable.Range(0, channels.Length + 1)], channels, ones);
        network.Note($"{name}: channels are picked by a convolution of one tap with one weight of 1 for each");
        return network.Layers.Add($"{name}_channels", [source], unique =>
            new ConvolutionLayer(
                unique, stored, new Window(1, 1), 1, weights, FloatVector.Own(new float[channels.Length]), Activation.Identity));
    }

    private static bool IsInOrder(int[] map)
    {
        for (int i = 0; i < map.Length; i++)
        {
            if (map[i] != i) return false;
        }

        return true;
    }
}
