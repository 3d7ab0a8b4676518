using System.Runtime.CompilerServices;
using Espalier.Compilation.Model;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines.Packed;

/// <summary>A pooling with channels in lanes. A pixel's last register writes over the next pixel, which is computed later.</summary>
internal sealed unsafe class PackedPooling<TSimd, TVector> : PackedStage
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly PoolingLayer _layer;
    private readonly PackedImage<TSimd, TVector> _image;
    private readonly float[] _shares;

    /// <summary>Prepares a pooling.</summary>
    public PackedPooling(PoolingLayer layer, PackedShape input)
        : base(
            PackedShape.ChannelsLast(layer.OutputShape, layer.Input.Channels), layer.Activation,
            layer.Activation.Kind == ActivationKind.Identity)
    {
        _layer = layer;
        float border = layer.Kind == PoolingKind.Max ? float.NegativeInfinity : 0;
        _image = new PackedImage<TSimd, TVector>(input, layer.Window, layer.OutputShape, border, isDense: false);
        Shape shape = layer.OutputShape;
        _shares = [.. Enumerable.Range(0, shape.Height * shape.Width).Select(i => 1f / layer.Divisor(i / shape.Width, i % shape.Width))];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Compute(float* input, float* output)
    {
        float* image = _image.Place(input);
        Window window = _layer.Window;
        Shape shape = Output.Shape;
        for (int y = 0, pixel = 0; y < shape.Height; y++)
        {
            for (int x = 0; x < shape.Width; x++, pixel++)
            {
                float* corner = image + y * window.StrideY * _image.RowStride + x * window.StrideX * _image.PixelStride;
                float* target = output + pixel * Output.PixelStride;
                for (int c = 0; c < shape.Channels; c += TSimd.Width)
                {
                    TVector pooled = _layer.Kind == PoolingKind.Max ? Largest(corner + c) : Mean(corner + c, _shares[pixel]);
                    TSimd.Store(pooled, ref target[c]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector Largest(float* corner)
    {
        Window window = _layer.Window;
        TVector largest = TSimd.Load(in *corner);
        for (int v = 0; v < window.Height; v++, corner += window.DilationY * _image.RowStride)
        {
            for (int u = 0; u < window.Width; u++)
            {
                largest = TSimd.Max(largest, TSimd.Load(in corner[u * window.DilationX * _image.PixelStride]));
            }
        }

        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector Mean(float* corner, float share)
    {
        Window window = _layer.Window;
        TVector sum = default;
        for (int v = 0; v < window.Height; v++, corner += window.DilationY * _image.RowStride)
        {
            for (int u = 0; u < window.Width; u++)
            {
                sum = TSimd.Add(sum, TSimd.Load(in corner[u * window.DilationX * _image.PixelStride]));
            }
        }

        return TSimd.MultiplyAdd(sum, TSimd.Broadcast(share), default);
    }
}
