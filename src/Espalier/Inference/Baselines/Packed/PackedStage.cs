using System.Runtime.Intrinsics;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines.Packed;

/// <summary>A convolution or a pooling over one image, with the kernels of one register width.</summary>
internal abstract unsafe class PackedStage(PackedShape output, Activation activation, bool isActivationFused)
{
    /// <summary>How many floats beyond their last one images may be read and written: registers are stored whole.</summary>
    public const int Slack = 16;

    /// <summary>What the stage writes.</summary>
    public PackedShape Output { get; } = output;

    /// <summary>Makes the stage of a layer that reads <paramref name="input"/>.</summary>
    /// <exception cref="NotSupportedException">It is of another kind, or a convolution of several groups.</exception>
    public static PackedStage Create(Layer layer, PackedShape input, VectorWidth width) => width switch
    {
        VectorWidth.Vector512 => Create<Simd512, Vector512<float>>(layer, input),
        VectorWidth.Vector256 => Create<Simd256, Vector256<float>>(layer, input),
        VectorWidth.Vector128 => Create<Simd128, Vector128<float>>(layer, input),
        VectorWidth.Scalar => Create<SimdScalar, float>(layer, input),
        _ => throw new ArgumentOutOfRangeException(nameof(width)),
    };

    /// <summary>Computes the stage with its activation.</summary>
    public void Run(float* input, float* output)
    {
        Compute(input, output);
        if (!isActivationFused) ActivationFunction.Apply(activation, new Span<float>(output, Output.Length), Output.Length);
    }

    /// <summary>Computes what the activation is applied to.</summary>
    private protected abstract void Compute(float* input, float* output);

    private static PackedStage Create<TSimd, TVector>(Layer layer, PackedShape input)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => layer switch
        {
            ConvolutionLayer { Groups: 1, Activation.IsElementwise: true } convolution =>
                new PackedConvolution<TSimd, TVector>(convolution, input),
            PoolingLayer { Activation.IsElementwise: true } pooling => new PackedPooling<TSimd, TVector>(pooling, input),
            _ => throw new NotSupportedException(
                $"Layer '{layer.Name}': {ContenderNames.DensePacked} runs convolutions of one group, poolings and dense layers."),
        };
}
