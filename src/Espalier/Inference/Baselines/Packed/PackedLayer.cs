using System.Runtime.Intrinsics;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines.Packed;

/// <summary>
/// A dense layer's weights in strips, with the kernels of one register width (<see cref="PackedKernels{TSimd, TVector}"/>).
/// </summary>
internal abstract unsafe class PackedLayer
{
    private protected PackedLayer(DenseLayer layer, int lanes)
    {
        (Rows, Columns, Activation) = (layer.Weights.Rows, layer.Weights.Columns, layer.Activation);
        Strips = (Rows + lanes - 1) / lanes;
        PaddedRows = Strips * lanes;
        Weights = new AlignedBuffer(checked(PaddedRows * Columns));
        Biases = new AlignedBuffer(PaddedRows);
        layer.Biases.Raw.CopyTo(Biases.Span);
        Pack(layer.Weights, lanes, Weights.Span);
    }

    /// <summary>The number of outputs.</summary>
    public int Rows { get; }

    /// <summary>The number of inputs.</summary>
    public int Columns { get; }

    /// <summary>The number of floats that a kernel writes for a sample: <see cref="Rows"/>, filled up to whole registers.</summary>
    public int PaddedRows { get; }

    /// <summary>The function to apply to the sums.</summary>
    public Activation Activation { get; }

    /// <summary>Whether the kernels apply the activation already.</summary>
    public bool IsActivationFused => Activation.Kind is ActivationKind.Identity or ActivationKind.Relu;

    private protected int Strips { get; }

    private protected AlignedBuffer Weights { get; }

    private protected AlignedBuffer Biases { get; }

    private protected float Floor => Activation.Kind == ActivationKind.Relu ? 0 : float.NegativeInfinity;

    /// <summary>Packs a layer for a register width.</summary>
    public static PackedLayer Create(DenseLayer layer, VectorWidth width) => width switch
    {
        VectorWidth.Vector512 => new PackedLayer<Simd512, Vector512<float>>(layer),
        VectorWidth.Vector256 => new PackedLayer<Simd256, Vector256<float>>(layer),
        VectorWidth.Vector128 => new PackedLayer<Simd128, Vector128<float>>(layer),
        VectorWidth.Scalar => new PackedLayer<SimdScalar, float>(layer),
        _ => throw new ArgumentOutOfRangeException(nameof(width)),
    };

    /// <summary>Computes the layer's <see cref="PaddedRows"/> sums of one sample.</summary>
    public abstract void Multiply(float* input, float* output);

    /// <summary>Computes the sums of several samples, whose rows start the given numbers of floats apart.</summary>
    public abstract void MultiplyBatch(float* inputs, int inputStride, int samples, float* outputs, int outputStride);

    private static void Pack(SparseMatrix weights, int lanes, Span<float> packed)
    {
        for (int row = 0; row < weights.Rows; row++)
        {
            int strip = row / lanes * lanes * weights.Columns + row % lanes;
            for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
            {
                packed[strip + weights.ColumnIndex(i) * lanes] = weights.Value(i);
            }
        }
    }
}
