using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines.Packed;

/// <summary>
/// How the values of an image lie in memory: value (c, y, x) is the float at c ChannelStride + (y Width + x) PixelStride.
/// </summary>
/// <param name="Shape">Channels x height x width.</param>
/// <param name="ChannelStride">The floats from a channel to the next.</param>
/// <param name="PixelStride">The floats from a pixel to the next.</param>
/// <param name="HasSlack">Whether a register may be read that begins within the image and ends behind it.</param>
internal readonly record struct PackedShape(Shape Shape, int ChannelStride, int PixelStride, bool HasSlack)
{
    /// <summary>The number of floats of an image, with those between pixels that mean nothing.</summary>
    public int Length => HasSlack ? checked(Shape.Height * Shape.Width * PixelStride) : Shape.Length;

    /// <summary>Whether the values lie as networks number them, channel by channel.</summary>
    public bool IsPlanar => PixelStride == 1 || Shape.IsFlat;

    /// <summary>One channel after the other, in memory of the caller's.</summary>
    public static PackedShape Planar(Shape shape) => new(shape, shape.Height * shape.Width, 1, HasSlack: false);

    /// <summary>The channels of each pixel side by side, which is how lanes of filters store them, in memory of our own.</summary>
    public static PackedShape ChannelsLast(Shape shape, int pixelStride) => new(shape, 1, pixelStride, HasSlack: true);

    /// <summary>Where the value that networks number <paramref name="index"/> lies.</summary>
    public int Place(int index)
    {
        int area = Shape.Height * Shape.Width;
        return index / area * ChannelStride + index % area * PixelStride;
    }
}
