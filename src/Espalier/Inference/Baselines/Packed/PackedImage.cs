using System.Runtime.CompilerServices;
using Espalier.Compilation.Model;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines.Packed;

/// <summary>
/// The image under a sliding window, channels last, so large that no tap falls outside: a copy with a border, or the values where they
/// lie when they lie well already.
/// </summary>
internal sealed unsafe class PackedImage<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly PackedShape _source;
    private readonly Window _window;
    private readonly int _rows, _columns;
    private readonly AlignedBuffer? _copy;

    /// <summary>Prepares for one window.</summary>
    /// <param name="source">What comes.</param>
    /// <param name="window">How it is read.</param>
    /// <param name="output">The shape of what is computed.</param>
    /// <param name="border">The value outside the image.</param>
    /// <param name="isDense">Whether pixels must lie side by side, without floats between them.</param>
    public PackedImage(PackedShape source, Window window, Shape output, float border, bool isDense)
    {
        (_source, _window) = (source, window);
        Shape image = source.Shape;
        int height = (output.Height - 1) * window.StrideY + (window.Height - 1) * window.DilationY + 1;
        int width = (output.Width - 1) * window.StrideX + (window.Width - 1) * window.DilationX + 1;
        bool hasBorder = window.Top > 0 || window.Left > 0 || height > image.Height || width > image.Width;
        bool isCopied = hasBorder || !source.HasSlack || (isDense && source.PixelStride != image.Channels);
        PixelStride = isCopied ? image.Channels : source.PixelStride;
        RowStride = (isCopied ? width : image.Width) * PixelStride;
        if (!isCopied) return;
        _rows = Math.Max(0, Math.Min(image.Height, height - window.Top));
        _columns = Math.Max(0, Math.Min(image.Width, width - window.Left));
        _copy = new AlignedBuffer(checked(height * RowStride) + PackedStage.Slack);
        _copy.Span.Fill(border);
    }

    /// <summary>The floats from a pixel to the next.</summary>
    public int PixelStride { get; }

    /// <summary>The floats from a row to the next.</summary>
    public int RowStride { get; }

    /// <summary>
    /// The pixel under the first tap of the first window, of an image with <see cref="PackedStage.Slack"/> behind it if it lies well.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float* Place(float* source)
    {
        if (_copy is null) return source;
        int channels = PixelStride;
        for (int y = 0; y < _rows; y++)
        {
            float* from = source + (nint)y * _source.Shape.Width * _source.PixelStride;
            float* to = _copy.Pointer + (y + _window.Top) * RowStride + _window.Left * channels;
            if (_source.PixelStride == channels)
            {
                new ReadOnlySpan<float>(from, _columns * channels).CopyTo(new Span<float>(to, _columns * channels));
                continue;
            }

            for (int x = 0; x < _columns; x++, from += _source.PixelStride, to += channels)
            {
                for (int c = 0; c < channels; c++) to[c] = from[(nint)c * _source.ChannelStride];
            }
        }

        return _copy.Pointer;
    }

    /// <summary>Copies whole registers, and so up to <see cref="PackedStage.Slack"/> - 1 floats more than asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(float* from, float* to, int count)
    {
        for (int i = 0; i < count; i += TSimd.Width) TSimd.Store(TSimd.Load(in from[i]), ref to[i]);
    }
}
