using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import.Operators;

/// <summary>Reads how a convolution or a pooling slides.</summary>
internal static class WindowReader
{
    private const int MaxSide = 1 << 16;

    /// <summary>The window of a node over an image; a sequence is an image of height 1.</summary>
    /// <param name="call">The node.</param>
    /// <param name="input">The image.</param>
    /// <param name="kernel">The rows and columns of taps, or for a sequence just the taps.</param>
    public static Window Read(NodeCall call, Shape input, int[] kernel)
    {
        int axes = kernel.Length;
        int[] strides = All(call, "strides", axes, 1), dilations = All(call, "dilations", axes, 1), pads = All(call, "pads", 2 * axes, 0);
        if (axes is not (1 or 2)) throw new EspalierException($"slides along {axes} axes; 1 and 2 are supported.");
        int[] sides = axes == 1 ? [input.Width] : [input.Height, input.Width];
        string automatic = call.Text("auto_pad", "NOTSET");
        if (automatic == "VALID") pads = new int[2 * axes];
        if (automatic is "SAME_UPPER" or "SAME_LOWER")
        {
            for (int i = 0; i < axes; i++)
            {
                int positions = (sides[i] + strides[i] - 1) / strides[i];
                int total = Math.Max(0, (positions - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1 - sides[i]);
                (int less, int more) = (total / 2, total - total / 2);
                (pads[i], pads[i + axes]) = automatic == "SAME_UPPER" ? (less, more) : (more, less);
            }
        }
        else if (automatic is not ("NOTSET" or "VALID" or ""))
        {
            throw new EspalierException($"has the padding '{automatic}', which the format does not have.");
        }

        if (axes == 1) return new Window(1, kernel[0]) { StrideX = strides[0], DilationX = dilations[0], Left = pads[0], Right = pads[1] };
        return new Window(kernel[0], kernel[1])
        {
            StrideY = strides[0], StrideX = strides[1], DilationY = dilations[0], DilationX = dilations[1],
            Top = pads[0], Left = pads[1], Bottom = pads[2], Right = pads[3],
        };
    }

    /// <summary>The window that also slides over the border of an image.</summary>
    public static Window Over(this Window window, (int Top, int Left, int Bottom, int Right) border) => window with
    {
        Top = window.Top + border.Top,
        Left = window.Left + border.Left,
        Bottom = window.Bottom + border.Bottom,
        Right = window.Right + border.Right,
    };

    /// <summary>
    /// An attribute of <paramref name="count"/> whole numbers, each <paramref name="otherwise"/> when it is left out, and no less.
    /// </summary>
    internal static int[] All(NodeCall call, string name, int count, int otherwise)
    {
        int[] values = call.Ints(name) ?? [.. Enumerable.Repeat(otherwise, count)];
        if (values.Length != count) throw new EspalierException($"has {values.Length} {name}; {count} are needed.");
        int least = otherwise;
        if (Array.Exists(values, value => value < least || value > MaxSide))
        {
            throw new EspalierException($"has {name} of {string.Join(", ", values)}.");
        }

        return values;
    }
}
