using System;
using System.Globalization;

namespace Espalier.Compilation.Model;

/// <summary>
/// The shape of a value between layers: channels x height x width, stored in that order; a flat vector of n has n channels of 1 x 1.
/// </summary>
public readonly record struct Shape(int Channels, int Height, int Width)
{
    /// <summary>The shape of a vector of <paramref name="length"/> elements.</summary>
    public static Shape Flat(int length) => new(length, 1, 1);

    /// <summary>The number of elements. </summary>
    /// <exception cref="OverflowException">The product does not fit an int.</exception>
    public int Length => checked(Channels * Height * Width);

    /// <summary>Whether the shape is a plain vector.</summary>
    public bool IsFlat => Height == 1 && Width == 1;

    /// <summary>"784" for a vector, "1x28x28" otherwise: the spelling of the text format.</summary>
    public override string ToString() => IsFlat
        ? Channels.ToString(CultureInfo.InvariantCulture)
        : string.Format(CultureInfo.InvariantCulture, "{0}x{1}x{2}", Channels, Height, Width);
}
