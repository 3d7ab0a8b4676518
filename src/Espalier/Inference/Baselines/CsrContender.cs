using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Espalier.Compilation.Model;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines;

/// <summary>
/// The usual sparse loop: compressed rows with 16-bit column indices, four sums a row so that no multiply-add waits for the
/// one before. Allocates nothing per call.
/// </summary>
/// <remarks>The loops read without bounds checks: <see cref="SparseMatrix"/> has checked every index when it was made.</remarks>
public sealed class CsrContender : LayerwiseContender
{
    private readonly CsrLayer[] _layers;

    /// <summary>Takes the non-zero weights of <paramref name="network"/>.</summary>
    /// <exception cref="NotSupportedException">A layer is not dense, or reads more than 65,536 values.</exception>
    public CsrContender(Network network)
        : base(ContenderNames.Csr, network) => _layers = [.. Layers.Select(CsrLayer.Of)];

    /// <inheritdoc/>
    private protected override void RunLayer(int index, ReadOnlySpan<float> input, Span<float> output)
    {
        CsrLayer layer = _layers[index];
        ref ushort columns = ref MemoryMarshal.GetArrayDataReference(layer.Columns);
        ref float values = ref MemoryMarshal.GetArrayDataReference(layer.Values);
        ref float x = ref MemoryMarshal.GetReference(input);
        nint i = 0;
        for (int row = 0; row < output.Length; row++)
        {
            nint end = layer.RowEnds[row];
            float s0 = layer.Biases[row], s1 = 0, s2 = 0, s3 = 0;
            for (; i <= end - 4; i += 4)
            {
                s0 += Unsafe.Add(ref values, i) * Unsafe.Add(ref x, (nint)Unsafe.Add(ref columns, i));
                s1 += Unsafe.Add(ref values, i + 1) * Unsafe.Add(ref x, (nint)Unsafe.Add(ref columns, i + 1));
                s2 += Unsafe.Add(ref values, i + 2) * Unsafe.Add(ref x, (nint)Unsafe.Add(ref columns, i + 2));
                s3 += Unsafe.Add(ref values, i + 3) * Unsafe.Add(ref x, (nint)Unsafe.Add(ref columns, i + 3));
            }

            for (; i < end; i++) s0 += Unsafe.Add(ref values, i) * Unsafe.Add(ref x, (nint)Unsafe.Add(ref columns, i));
            output[row] = s0 + s1 + (s2 + s3);
        }

        ActivationFunction.Apply(Layers[index].Activation, output, output.Length);
    }

    private sealed record CsrLayer(int[] RowEnds, ushort[] Columns, float[] Values, float[] Biases)
    {
        public static CsrLayer Of(DenseLayer layer)
        {
            SparseMatrix weights = layer.Weights;
            if (weights.Columns > ushort.MaxValue + 1)
            {
                throw new NotSupportedException($"Layer '{layer.Name}' reads {weights.Columns} values; csr has 16-bit indices.");
            }

            return new CsrLayer(
                weights.RawRowStarts[1..], Array.ConvertAll(weights.RawColumnIndices, index => (ushort)index), weights.RawValues,
                layer.Biases.ToArray());
        }
    }
}
