using System.Runtime.CompilerServices;
using Espalier.Compilation.Model;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines.Packed;

/// <summary>
/// A convolution as a matrix product: the values under the window become a row for each output pixel (im2col), and filters are lanes of
/// the same tiles that multiply batches of dense layers, a pixel being a sample.
/// </summary>
internal sealed unsafe class PackedConvolution<TSimd, TVector> : PackedStage
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly PackedLayer<TSimd, TVector> _filters;
    private readonly PackedImage<TSimd, TVector> _image;
    private readonly AlignedBuffer _patches;
    private readonly Window _window;
    private readonly int _runs, _runLength;

    /// <summary>Packs the filters of a convolution of one group.</summary>
    public PackedConvolution(ConvolutionLayer layer, PackedShape input)
        : this(layer, input, new PackedLayer<TSimd, TVector>(layer, layer.Weights.Columns, column => PlaceInPatch(layer, column)))
    {
    }

    private PackedConvolution(ConvolutionLayer layer, PackedShape input, PackedLayer<TSimd, TVector> filters)
        : base(PackedShape.ChannelsLast(layer.OutputShape, filters.PaddedRows), layer.Activation, filters.IsActivationFused)
    {
        (_filters, _window) = (filters, layer.Window);
        _image = new PackedImage<TSimd, TVector>(input, layer.Window, layer.OutputShape, border: 0, isDense: true);

        // The taps of a row lie side by side unless it is dilated.
        int channels = layer.Input.Channels;
        (_runs, _runLength) = _window.DilationX == 1 ? (1, _window.Width * channels) : (_window.Width, channels);
        _patches = new AlignedBuffer(checked(layer.OutputShape.Height * layer.OutputShape.Width * filters.Columns) + Slack);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Compute(float* input, float* output)
    {
        float* image = _image.Place(input), patch = _patches.Pointer;
        Shape shape = Output.Shape;
        for (int y = 0; y < shape.Height; y++)
        {
            for (int x = 0; x < shape.Width; x++)
            {
                float* corner = image + y * _window.StrideY * _image.RowStride + x * _window.StrideX * _image.PixelStride;
                for (int v = 0; v < _window.Height; v++, corner += _window.DilationY * _image.RowStride)
                {
                    for (int run = 0; run < _runs; run++, patch += _runLength)
                    {
                        PackedImage<TSimd, TVector>.Copy(corner + run * _window.DilationX * _image.PixelStride, patch, _runLength);
                    }
                }
            }
        }

        _filters.MultiplyBatch(_patches.Pointer, _filters.Columns, shape.Height * shape.Width, output, Output.PixelStride);
    }

    /// <summary>Where a tap lies in a patch, whose values go by row, column and channel.</summary>
    private static int PlaceInPatch(ConvolutionLayer layer, int column)
    {
        (int channel, int y, int x) = layer.Tap(column);
        return (y * layer.Window.Width + x) * layer.Input.Channels + channel;
    }
}
