using System.Runtime.Intrinsics;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines.Packed;

/// <summary>
/// The weights of a dense layer, or of a convolution's filters, in strips, with the kernels of one register width
/// (<see cref="PackedKernels{TSimd, TVector}"/>).
/// </summary>
internal abstract unsafe class PackedLayer
{
    private protected PackedLayer(WeightedLayer layer, int columns, Func<int, int> place, int lanes)
    {
        (Rows, Columns, Activation) = (layer.Weights.Rows, columns, layer.Activation);
        Strips = (Rows + lanes - 1) / lanes;
        PaddedRows = Strips * lanes;
        Weights = new AlignedBuffer(checked(PaddedRows * Columns));
        Biases = new AlignedBuffer(PaddedRows);
        layer.Biases.Raw.CopyTo(Biases.Span);
        Pack(layer.Weights, place, lanes);
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

    /// <summary>Packs a layer that reads <paramref name="input"/> for a register width.</summary>
    public static PackedLayer Create(DenseLayer layer, PackedShape input, VectorWidth width) => width switch
    {
        VectorWidth.Vector512 => new PackedLayer<Simd512, Vector512<float>>(layer, input.Length, input.Place),
        VectorWidth.Vector256 => new PackedLayer<Simd256, Vector256<float>>(layer, input.Length, input.Place),
        VectorWidth.Vector128 => new PackedLayer<Simd128, Vector128<float>>(layer, input.Length, input.Place),
        VectorWidth.Scalar => new PackedLayer<SimdScalar, float>(layer, input.Length, input.Place),
        _ => throw new ArgumentOutOfRangeException(nameof(width)),
    };

    /// <summary>Computes the layer's <see cref="PaddedRows"/> sums of one sample.</summary>
    public abstract void Multiply(float* input, float* output);

    /// <summary>Computes the sums of several samples, whose rows start the given numbers of floats apart.</summary>
    public abstract void MultiplyBatch(float* inputs, int inputStride, int samples, float* outputs, int outputStride);

    private void Pack(SparseMatrix weights, Func<int, int> place, int lanes)
    {
        Span<float> packed = Weights.Span;
        for (int row = 0; row < weights.Rows; row++)
        {
            int strip = row / lanes * lanes * Columns + row % lanes;
            for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
            {
                packed[strip + place(weights.ColumnIndex(i)) * lanes] = weights.Value(i);
            }
        }
    }
}
