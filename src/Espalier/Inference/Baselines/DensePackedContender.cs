using System.Runtime.Intrinsics;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines.Packed;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines;

/// <summary>
/// The strongest dense code that C# can be: rows in lanes over packed weights, one input broadcast to all lanes, register tiles
/// for a batch. The honest opponent of everything sparse. Allocates nothing per call.
/// </summary>
public sealed unsafe class DensePackedContender : DenseContender
{
    /// <summary>
    /// The samples taken through a layer together: whole tiles, few enough that their hidden values stay in the L2 cache, and
    /// enough that each strip of weights, once in the cache, is used sixteen times.
    /// </summary>
    private const int BlockSamples = 96;

    private readonly PackedLayer[] _layers;
    private readonly AlignedBuffer _even, _odd;
    private readonly int _stride;

    /// <summary>Packs <paramref name="network"/> for the widest registers that this processor is fast with.</summary>
    /// <exception cref="NotSupportedException">A layer is not dense.</exception>
    public DensePackedContender(Network network)
        : this(network, PreferredWidth)
    {
    }

    /// <summary>Packs <paramref name="network"/> for a given width; one that the processor lacks is emulated, and slow.</summary>
    /// <exception cref="NotSupportedException">A layer is not dense.</exception>
    public DensePackedContender(Network network, VectorWidth width)
        : base(ContenderNames.DensePacked, network)
    {
        _layers = [.. Layers.Select(layer => PackedLayer.Create(layer, width))];
        _stride = _layers.Max(layer => layer.PaddedRows);
        _even = new AlignedBuffer(_stride * BlockSamples);
        _odd = new AlignedBuffer(_stride * BlockSamples);
    }

    /// <summary>The widest registers that this processor is fast with.</summary>
    public static VectorWidth PreferredWidth =>
        Vector512.IsHardwareAccelerated ? VectorWidth.Vector512
        : Vector256.IsHardwareAccelerated ? VectorWidth.Vector256
        : Vector128.IsHardwareAccelerated ? VectorWidth.Vector128
        : VectorWidth.Scalar;

    /// <inheritdoc/>
    private protected override void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        fixed (float* first = input)
        {
            float* x = first;
            for (int i = 0; i < _layers.Length; i++)
            {
                PackedLayer layer = _layers[i];
                float* y = Scratch(i);
                layer.Multiply(x, y);
                if (!layer.IsActivationFused) ActivationFunction.Apply(layer.Activation, new Span<float>(y, layer.Rows), layer.Rows);
                x = y;
            }

            new ReadOnlySpan<float>(x, OutputLength).CopyTo(output);
        }

        GC.KeepAlive(this);  // The kernels hold bare pointers into this contender's buffers.
    }

    /// <inheritdoc/>
    private protected override void RunBatch(ReadOnlySpan<float> inputs, Span<float> outputs, int samples)
    {
        for (int start = 0; start < samples; start += BlockSamples)
        {
            int count = Math.Min(BlockSamples, samples - start);
            RunBlock(
                inputs.Slice(start * InputLength, count * InputLength), outputs.Slice(start * OutputLength, count * OutputLength), count);
        }
    }

    private void RunBlock(ReadOnlySpan<float> inputs, Span<float> outputs, int samples)
    {
        fixed (float* first = inputs)
        {
            float* x = first;
            int stride = InputLength;
            for (int i = 0; i < _layers.Length; i++)
            {
                PackedLayer layer = _layers[i];
                float* y = Scratch(i);
                layer.MultiplyBatch(x, stride, samples, y, _stride);
                for (int s = 0; s < samples && !layer.IsActivationFused; s++)
                {
                    ActivationFunction.Apply(layer.Activation, new Span<float>(y + (nint)s * _stride, layer.Rows), layer.Rows);
                }

                x = y;
                stride = _stride;
            }

            for (int s = 0; s < samples; s++)
            {
                new ReadOnlySpan<float>(x + (nint)s * _stride, OutputLength).CopyTo(outputs[(s * OutputLength)..]);
            }
        }

        GC.KeepAlive(this);
    }

    /// <summary>Where layer <paramref name="index"/> writes: two buffers take turns.</summary>
    private float* Scratch(int index) => index % 2 == 0 ? _even.Pointer : _odd.Pointer;
}
