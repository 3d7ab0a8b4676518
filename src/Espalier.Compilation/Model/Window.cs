using System;

namespace Espalier.Compilation.Model;

/// <summary>How the taps of a convolution or a pooling slide over an image; all lengths in elements.</summary>
/// <param name="Height">The rows of taps.</param>
/// <param name="Width">The columns of taps.</param>
public readonly record struct Window(int Height, int Width)
{
    /// <summary>How far the window moves down from one output row to the next.</summary>
    public int StrideY { get; init; } = 1;

    /// <summary>How far the window moves to the right from one output column to the next.</summary>
    public int StrideX { get; init; } = 1;

    /// <summary>How far apart the rows of taps lie.</summary>
    public int DilationY { get; init; } = 1;

    /// <summary>How far apart the columns of taps lie.</summary>
    public int DilationX { get; init; } = 1;

    /// <summary>The rows of padding above the image.</summary>
    public int Top { get; init; }

    /// <summary>The columns of padding to the left of the image.</summary>
    public int Left { get; init; }

    /// <summary>The rows of padding below the image.</summary>
    public int Bottom { get; init; }

    /// <summary>The columns of padding to the right of the image.</summary>
    public int Right { get; init; }

    /// <summary>The number of taps.</summary>
    public int Length => checked(Height * Width);

    /// <summary>Whether the image has a border of padding anywhere.</summary>
    public bool HasPadding => (Top | Left | Bottom | Right) != 0;

    /// <summary>A square window.</summary>
    /// <param name="size">Its rows and columns of taps.</param>
    /// <param name="stride">How far it moves in both directions.</param>
    /// <param name="padding">The padding on all four sides.</param>
    public static Window Square(int size, int stride = 1, int padding = 0) => new(size, size)
    {
        StrideY = stride, StrideX = stride, Top = padding, Left = padding, Bottom = padding, Right = padding,
    };

    /// <summary>The shape of what comes of sliding over <paramref name="input"/>.</summary>
    /// <param name="input">The image.</param>
    /// <param name="channels">The channels of the result.</param>
    /// <param name="ceiling">
    /// Whether a last window that only begins within the image or its padding at the top and left counts (ceil mode).
    /// </param>
    /// <exception cref="ArgumentException">The window does not fit the image.</exception>
    public Shape Slide(Shape input, int channels, bool ceiling)
    {
        if (FindFault(input) is string fault) throw new ArgumentException($"A layer {fault}");
        return new Shape(
            channels,
            Positions(input.Height, Height, StrideY, DilationY, Top, Bottom, ceiling),
            Positions(input.Width, Width, StrideX, DilationX, Left, Right, ceiling));
    }

    /// <summary>
    /// The image row under tap row <paramref name="tap"/> of output row <paramref name="output"/>; outside the image in the padding.
    /// </summary>
    public int ImageY(int output, int tap) => output * StrideY + tap * DilationY - Top;

    /// <summary>The image column under tap column <paramref name="tap"/> of output column <paramref name="output"/>.</summary>
    public int ImageX(int output, int tap) => output * StrideX + tap * DilationX - Left;

    /// <summary>Why the window cannot slide over <paramref name="input"/>, as the rest of a sentence; null when it can.</summary>
    internal string? FindFault(Shape input)
    {
        if (Height < 1 || Width < 1) return $"has a window of {Height}x{Width}; it needs at least 1x1.";
        if (StrideY < 1 || StrideX < 1) return $"has a stride of {StrideY}x{StrideX}; it needs at least 1x1.";
        if (DilationY < 1 || DilationX < 1) return $"has a dilation of {DilationY}x{DilationX}; it needs at least 1x1.";
        if (Top < 0 || Left < 0 || Bottom < 0 || Right < 0) return $"has a negative padding ({Top}, {Left}, {Bottom}, {Right}).";
        long height = (Height - 1L) * DilationY + 1, width = (Width - 1L) * DilationX + 1;
        if (height <= (long)input.Height + Top + Bottom && width <= (long)input.Width + Left + Right) return null;
        return $"has a window that spans {height}x{width}, but {input} with its padding comes to it.";
    }

    private static int Positions(int length, int taps, int stride, int dilation, int before, int after, bool ceiling)
    {
        int room = length + before + after - (taps - 1) * dilation - 1;
        int positions = (ceiling ? (room + stride - 1) / stride : room / stride) + 1;
        return ceiling && (positions - 1) * stride >= length + before ? positions - 1 : positions;
    }
}
