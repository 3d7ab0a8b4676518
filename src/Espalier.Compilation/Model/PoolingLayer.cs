using System;

namespace Espalier.Compilation.Model;

/// <summary>What a pooling makes of the values under its window.</summary>
public enum PoolingKind
{
    /// <summary>The largest; NaN if one of them is.</summary>
    Max,

    /// <summary>The mean.</summary>
    Average,
}

/// <summary>Pooling over each channel of an image by itself.</summary>
/// <param name="Name">An identifier, unique within the network.</param>
/// <param name="Input">The shape read: channels x height x width.</param>
/// <param name="Kind">Maximum or mean.</param>
/// <param name="Window">
/// Size, stride, padding and dilation. Padding never wins a maximum. A mean divides by the number of values in the image, or with
/// <paramref name="CountPadding"/> by that of image and padding.
/// </param>
/// <param name="Ceiling">Whether a last window that only begins within the image counts (ceil mode).</param>
/// <param name="CountPadding">Whether the padding counts as values of zero in a mean.</param>
/// <param name="Activation">The function applied to the results.</param>
public sealed record PoolingLayer(
    string Name, Shape Input, PoolingKind Kind, Window Window, bool Ceiling, bool CountPadding, Activation Activation)
    : Layer(Name, Activation)
{
    /// <inheritdoc/>
    public override Shape InputShape => Input;

    /// <inheritdoc/>
    public override Shape OutputShape => Window.Slide(Input, Input.Channels, Ceiling);

    /// <summary>The mean of each channel: a window of the whole image.</summary>
    public static PoolingLayer GlobalAverage(string name, Shape input) =>
        new(name, input, PoolingKind.Average, new Window(input.Height, input.Width),
            Ceiling: false, CountPadding: false, Activation.Identity);

    /// <summary>By how many values the mean at output row <paramref name="y"/> and column <paramref name="x"/> divides.</summary>
    public int Divisor(int y, int x)
    {
        Window w = Window;
        return CountPadding
            ? Count(y, w.Height, w.StrideY, w.DilationY, w.Top, -w.Top, Input.Height + w.Bottom)
                * Count(x, w.Width, w.StrideX, w.DilationX, w.Left, -w.Left, Input.Width + w.Right)
            : Count(y, w.Height, w.StrideY, w.DilationY, w.Top, 0, Input.Height)
                * Count(x, w.Width, w.StrideX, w.DilationX, w.Left, 0, Input.Width);
    }

    private protected override string? FindOwnFault()
    {
        if (Window.FindFault(Input) is string fault) return fault;
        if (CountPadding && (Kind == PoolingKind.Max || !Window.HasPadding)) return "counts padding, but is no mean over padding.";
        Shape output = OutputShape;
        for (int y = 0; y < output.Height; y++)
        {
            if (Count(y, Window.Height, Window.StrideY, Window.DilationY, Window.Top, 0, Input.Height) == 0) return OnlyPadding("row", y);
        }

        for (int x = 0; x < output.Width; x++)
        {
            if (Count(x, Window.Width, Window.StrideX, Window.DilationX, Window.Left, 0, Input.Width) == 0) return OnlyPadding("column", x);
        }

        return null;
    }

    private static string OnlyPadding(string what, int index) => $"pools nothing but padding in output {what} {index}.";

    /// <summary>How many taps of one direction fall between <paramref name="from"/> and <paramref name="to"/>.</summary>
    private static int Count(int output, int taps, int stride, int dilation, int before, int from, int to)
    {
        int start = output * stride - before;
        return Math.Max(0, Math.Min(taps, Ceiling(to)) - Math.Max(0, Ceiling(from)));

        // The first tap that lies at or behind a place.
        int Ceiling(int place) => place <= start ? 0 : (place - start + dilation - 1) / dilation;
    }
}
