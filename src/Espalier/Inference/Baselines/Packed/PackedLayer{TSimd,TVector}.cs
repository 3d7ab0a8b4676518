using System.Runtime.CompilerServices;
using Espalier.Compilation.Model;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines.Packed;

/// <summary>A packed layer of one register width.</summary>
/// <param name="layer">The layer.</param>
/// <param name="columns">The number of floats that it reads.</param>
/// <param name="place">Which of them a column of its weights belongs to.</param>
internal sealed unsafe class PackedLayer<TSimd, TVector>(WeightedLayer layer, int columns, Func<int, int> place)
    : PackedLayer(layer, columns, place, TSimd.Width)
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int TileSamples = PackedKernels<TSimd, TVector>.TileSamples;

    private nint Stride => (nint)Columns * TSimd.Width;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(float* input, float* output)
    {
        float* weights = Weights.Pointer, biases = Biases.Pointer;
        int strip = 0;
        for (; strip <= Strips - 8; strip += 8)
        {
            int row = strip * TSimd.Width;
            PackedKernels<TSimd, TVector>.MultiplyEightStrips(
                weights + strip * Stride, Stride, biases + row, input, Columns, Floor, output + row);
        }

        if (strip <= Strips - 4)
        {
            int row = strip * TSimd.Width;
            PackedKernels<TSimd, TVector>.MultiplyFourStrips(
                weights + strip * Stride, Stride, biases + row, input, Columns, Floor, output + row);
            strip += 4;
        }

        for (; strip < Strips; strip++)
        {
            int row = strip * TSimd.Width;
            PackedKernels<TSimd, TVector>.MultiplyStrip(weights + strip * Stride, biases + row, input, Columns, Floor, output + row);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyBatch(float* inputs, int inputStride, int samples, float* outputs, int outputStride)
    {
        // Up to two samples beyond the whole tiles are cheaper one by one than as a tile of mostly repeated samples.
        int rest = samples % TileSamples;
        int tiled = rest <= 2 ? samples - rest : samples;
        float* weights = Weights.Pointer, biases = Biases.Pointer;
        int strip = 0;
        for (; strip <= Strips - 2; strip += 2)
        {
            int row = strip * TSimd.Width;
            for (int s = 0; s < tiled; s += TileSamples)
            {
                PackedKernels<TSimd, TVector>.MultiplyTile(
                    weights + strip * Stride, Stride, biases + row, inputs + (nint)s * inputStride, inputStride,
                    Math.Min(TileSamples, tiled - s), Columns, Floor, outputs + (nint)s * outputStride + row, outputStride);
            }
        }

        for (int s = 0; s < tiled && strip < Strips; s += TileSamples)
        {
            int row = strip * TSimd.Width;
            PackedKernels<TSimd, TVector>.MultiplyHalfTile(
                weights + strip * Stride, biases + row, inputs + (nint)s * inputStride, inputStride,
                Math.Min(TileSamples, tiled - s), Columns, Floor, outputs + (nint)s * outputStride + row, outputStride);
        }

        for (int s = tiled; s < samples; s++) Multiply(inputs + (nint)s * inputStride, outputs + (nint)s * outputStride);
    }
}
