using System.Runtime.Intrinsics;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines.Packed;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines;

/// <summary>
/// The strongest dense code that C# can be: outputs in lanes over packed weights, one input broadcast to all lanes, register tiles
/// for a batch and for the pixels of a convolution. The honest opponent of everything sparse. Allocates nothing per call.
/// </summary>
public sealed unsafe class DensePackedContender : Contender
{
    /// <summary>
    /// The samples taken through a dense layer together: whole tiles, few enough that their hidden values stay in the L2 cache, and
    /// enough that each strip of weights, once in the cache, is used sixteen times.
    /// </summary>
    private const int BlockSamples = 96;

    private readonly List<PackedStage> _images = [];
    private readonly List<PackedLayer> _layers = [];
    private readonly AlignedBuffer _even, _odd, _features;
    private readonly int _stride, _featureStride;

    /// <summary>Packs <paramref name="network"/> for the widest registers that this processor is fast with.</summary>
    /// <exception cref="NotSupportedException">
    /// The network is no chain of convolutions of one group and poolings, then dense layers.
    /// </exception>
    public DensePackedContender(Network network)
        : this(network, PreferredWidth)
    {
    }

    /// <summary>Packs <paramref name="network"/> for a given width; one that the processor lacks is emulated, and slow.</summary>
    /// <exception cref="NotSupportedException">
    /// The network is no chain of convolutions of one group and poolings, then dense layers.
    /// </exception>
    public DensePackedContender(Network network, VectorWidth width)
        : base(ContenderNames.DensePacked, network)
    {
        network = Simplified(network);
        if (!network.IsChain) throw new NotSupportedException($"{Name} runs chains of layers only.");
        var shape = PackedShape.Planar(network.InputShape);
        foreach (Layer layer in network.Layers)
        {
            if (layer is DenseLayer dense)
            {
                PackedShape read = _layers.Count == 0 ? shape : PackedShape.Planar(Shape.Flat(dense.Weights.Columns));
                _layers.Add(PackedLayer.Create(dense, read, width));
                continue;
            }

            if (_layers.Count > 0) throw new NotSupportedException($"Layer '{layer.Name}': {Name} runs images before dense layers only.");
            _images.Add(PackedStage.Create(layer, shape, width));
            shape = _images[^1].Output;
        }

        if (_layers.Count == 0 && !shape.IsPlanar) throw new NotSupportedException($"{Name} runs no network that ends in an image.");
        _featureStride = shape.Length;
        _features = new AlignedBuffer(_images.Count == 0 ? 0 : checked(_featureStride * BlockSamples) + PackedStage.Slack);
        _stride = _layers.Count == 0 ? 0 : _layers.Max(layer => layer.PaddedRows);
        int image = _images.Count == 0 ? 0 : _images.Max(stage => stage.Output.Length) + PackedStage.Slack;
        _even = new AlignedBuffer(Math.Max(checked(_stride * BlockSamples), image));
        _odd = new AlignedBuffer(Math.Max(checked(_stride * BlockSamples), image));
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
            float* x = RunImages(first, 1);
            for (int i = 0; i < _layers.Count; i++)
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
            float* x = RunImages(first, samples);
            int stride = _featureStride;
            for (int i = 0; i < _layers.Count; i++)
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
                new ReadOnlySpan<float>(x + (nint)s * stride, OutputLength).CopyTo(outputs[(s * OutputLength)..]);
            }
        }

        GC.KeepAlive(this);
    }

    /// <summary>What the dense layers read: the inputs, or what convolutions and poolings make of them image by image.</summary>
    private float* RunImages(float* inputs, int samples)
    {
        if (_images.Count == 0) return inputs;
        for (int s = 0; s < samples; s++)
        {
            float* x = inputs + (nint)s * InputLength;
            for (int i = 0; i < _images.Count; i++)
            {
                // The last stage of a sample may write over the features of the next one, which come later.
                float* y = i == _images.Count - 1 ? _features.Pointer + (nint)s * _featureStride : Scratch(i);
                _images[i].Run(x, y);
                x = y;
            }
        }

        return _features.Pointer;
    }

    /// <summary>Where layer <paramref name="index"/> writes: two buffers take turns.</summary>
    private float* Scratch(int index) => index % 2 == 0 ? _even.Pointer : _odd.Pointer;

    /// <summary>The network with batch normalisation folded into its convolutions, as every dense engine does.</summary>
    private static Network Simplified(Network network)
    {
        LoweredNetwork lowered = LoweringPipeline.Start(network, LoweringOptions.Default);
        return DropFlatten.Apply(FoldNormalization.Apply(DropZeroWeights.Apply(lowered))).Network;
    }
}
