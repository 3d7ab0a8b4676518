using System.Runtime.CompilerServices;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines.Packed;

/// <summary>
/// Dense kernels over packed strips: one strip holds the weights of as many rows (outputs) as a register has lanes, input by
/// input, so that each step loads one register of weights and needs no horizontal sum. Every kernel adds the biases and cuts
/// the sums off below at <c>floor</c> (0 for ReLU, minus infinity for none).
/// </summary>
/// <remarks>
/// A fused multiply-add takes four cycles and two start in each, so eight independent sums keep the unit busy: eight strips,
/// four strips in two phases, or one strip in eight. In a batch, a tile of 2 strips x 6 samples does 12 multiply-adds for 8
/// loads, fits the 16 registers of AVX2, and reads the samples where they lie; measured at 94 % of the multiply-add peak with
/// 512 bits (0.53 cycle a weight for 16 samples) and 95 % with 256, on a Zen 5 core. Larger tiles (4 x 6, 2 x 12) were not faster.
/// </remarks>
internal static unsafe class PackedKernels<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>The number of samples that a tile takes at once.</summary>
    public const int TileSamples = 6;

    /// <summary>One sample, eight strips, each <paramref name="stride"/> floats after the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyEightStrips(
        float* weights, nint stride, float* biases, float* input, int columns, float floor, float* output)
    {
        float* w0 = weights, w1 = w0 + stride, w2 = w1 + stride, w3 = w2 + stride;
        float* w4 = w3 + stride, w5 = w4 + stride, w6 = w5 + stride, w7 = w6 + stride;
        int lanes = TSimd.Width;
        TVector s0 = Load(biases), s1 = Load(biases + lanes);
        TVector s2 = Load(biases + 2 * lanes), s3 = Load(biases + 3 * lanes);
        TVector s4 = Load(biases + 4 * lanes), s5 = Load(biases + 5 * lanes);
        TVector s6 = Load(biases + 6 * lanes), s7 = Load(biases + 7 * lanes);
        nint at = 0;
        for (nint j = 0; j < columns; j++, at += TSimd.Width)
        {
            TVector x = TSimd.Broadcast(input[j]);
            s0 = TSimd.MultiplyAdd(Load(w0 + at), x, s0);
            s1 = TSimd.MultiplyAdd(Load(w1 + at), x, s1);
            s2 = TSimd.MultiplyAdd(Load(w2 + at), x, s2);
            s3 = TSimd.MultiplyAdd(Load(w3 + at), x, s3);
            s4 = TSimd.MultiplyAdd(Load(w4 + at), x, s4);
            s5 = TSimd.MultiplyAdd(Load(w5 + at), x, s5);
            s6 = TSimd.MultiplyAdd(Load(w6 + at), x, s6);
            s7 = TSimd.MultiplyAdd(Load(w7 + at), x, s7);
        }

        TVector least = TSimd.Broadcast(floor);
        StorePair(output, s0, s1, least);
        StorePair(output + 2 * lanes, s2, s3, least);
        StorePair(output + 4 * lanes, s4, s5, least);
        StorePair(output + 6 * lanes, s6, s7, least);
    }

    /// <summary>One sample, four strips, each <paramref name="stride"/> floats after the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyFourStrips(
        float* weights, nint stride, float* biases, float* input, int columns, float floor, float* output)
    {
        float* w0 = weights, w1 = w0 + stride, w2 = w1 + stride, w3 = w2 + stride;
        int lanes = TSimd.Width;
        TVector s0 = Load(biases), s1 = Load(biases + lanes);
        TVector s2 = Load(biases + 2 * lanes), s3 = Load(biases + 3 * lanes);
        TVector t0 = default, t1 = default, t2 = default, t3 = default;
        nint at = 0, j = 0;
        for (; j < columns - 1; j += 2)
        {
            TVector x = TSimd.Broadcast(input[j]);
            s0 = TSimd.MultiplyAdd(Load(w0 + at), x, s0);
            s1 = TSimd.MultiplyAdd(Load(w1 + at), x, s1);
            s2 = TSimd.MultiplyAdd(Load(w2 + at), x, s2);
            s3 = TSimd.MultiplyAdd(Load(w3 + at), x, s3);
            at += TSimd.Width;
            x = TSimd.Broadcast(input[j + 1]);
            t0 = TSimd.MultiplyAdd(Load(w0 + at), x, t0);
            t1 = TSimd.MultiplyAdd(Load(w1 + at), x, t1);
            t2 = TSimd.MultiplyAdd(Load(w2 + at), x, t2);
            t3 = TSimd.MultiplyAdd(Load(w3 + at), x, t3);
            at += TSimd.Width;
        }

        if (j < columns)
        {
            TVector x = TSimd.Broadcast(input[j]);
            s0 = TSimd.MultiplyAdd(Load(w0 + at), x, s0);
            s1 = TSimd.MultiplyAdd(Load(w1 + at), x, s1);
            s2 = TSimd.MultiplyAdd(Load(w2 + at), x, s2);
            s3 = TSimd.MultiplyAdd(Load(w3 + at), x, s3);
        }

        TVector least = TSimd.Broadcast(floor);
        StorePair(output, TSimd.Add(s0, t0), TSimd.Add(s1, t1), least);
        StorePair(output + 2 * lanes, TSimd.Add(s2, t2), TSimd.Add(s3, t3), least);
    }

    /// <summary>One sample, one strip.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyStrip(float* weights, float* biases, float* input, int columns, float floor, float* output)
    {
        TVector s0 = Load(biases), s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        nint j = 0;
        for (; j < columns - 7; j += 8)
        {
            s0 = Step(weights, input + j, 0, s0);
            s1 = Step(weights, input + j, 1, s1);
            s2 = Step(weights, input + j, 2, s2);
            s3 = Step(weights, input + j, 3, s3);
            s4 = Step(weights, input + j, 4, s4);
            s5 = Step(weights, input + j, 5, s5);
            s6 = Step(weights, input + j, 6, s6);
            s7 = Step(weights, input + j, 7, s7);
            weights += 8 * TSimd.Width;
        }

        for (; j < columns; j++, weights += TSimd.Width) s0 = Step(weights, input + j, 0, s0);
        TVector sum = TSimd.Add(
            TSimd.Add(TSimd.Add(s0, s1), TSimd.Add(s2, s3)),
            TSimd.Add(TSimd.Add(s4, s5), TSimd.Add(s6, s7)));
        Store(output, sum, TSimd.Broadcast(floor));
    }

    /// <summary>
    /// A tile of two strips and six samples, whose rows start <paramref name="inputStride"/> and <paramref name="outputStride"/>
    /// floats apart. Of fewer than six samples the last is computed several times over, into the same place.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyTile(
        float* weights, nint stride, float* biases, float* inputs, nint inputStride, int samples, int columns, float floor,
        float* outputs, nint outputStride)
    {
        int last = samples - 1;
        nint r1 = Math.Min(1, last), r2 = Math.Min(2, last), r3 = Math.Min(3, last), r4 = Math.Min(4, last), r5 = Math.Min(5, last);
        float* x0 = inputs, x1 = inputs + r1 * inputStride, x2 = inputs + r2 * inputStride;
        float* x3 = inputs + r3 * inputStride, x4 = inputs + r4 * inputStride, x5 = inputs + r5 * inputStride;
        float* second = weights + stride;
        TVector s0 = Load(biases), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
        TVector t0 = Load(biases + TSimd.Width), t1 = t0, t2 = t0, t3 = t0, t4 = t0, t5 = t0;
        for (nint j = 0; j < columns; j++, weights += TSimd.Width, second += TSimd.Width)
        {
            TVector u = Load(weights), v = Load(second);
            TVector x = TSimd.Broadcast(x0[j]);
            s0 = TSimd.MultiplyAdd(u, x, s0);
            t0 = TSimd.MultiplyAdd(v, x, t0);
            x = TSimd.Broadcast(x1[j]);
            s1 = TSimd.MultiplyAdd(u, x, s1);
            t1 = TSimd.MultiplyAdd(v, x, t1);
            x = TSimd.Broadcast(x2[j]);
            s2 = TSimd.MultiplyAdd(u, x, s2);
            t2 = TSimd.MultiplyAdd(v, x, t2);
            x = TSimd.Broadcast(x3[j]);
            s3 = TSimd.MultiplyAdd(u, x, s3);
            t3 = TSimd.MultiplyAdd(v, x, t3);
            x = TSimd.Broadcast(x4[j]);
            s4 = TSimd.MultiplyAdd(u, x, s4);
            t4 = TSimd.MultiplyAdd(v, x, t4);
            x = TSimd.Broadcast(x5[j]);
            s5 = TSimd.MultiplyAdd(u, x, s5);
            t5 = TSimd.MultiplyAdd(v, x, t5);
        }

        TVector least = TSimd.Broadcast(floor);
        StorePair(outputs, s0, t0, least);
        StorePair(outputs + r1 * outputStride, s1, t1, least);
        StorePair(outputs + r2 * outputStride, s2, t2, least);
        StorePair(outputs + r3 * outputStride, s3, t3, least);
        StorePair(outputs + r4 * outputStride, s4, t4, least);
        StorePair(outputs + r5 * outputStride, s5, t5, least);
    }

    /// <summary>As <see cref="MultiplyTile"/>, for a strip that has no neighbour.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyHalfTile(
        float* weights, float* biases, float* inputs, nint inputStride, int samples, int columns, float floor,
        float* outputs, nint outputStride)
    {
        int last = samples - 1;
        nint r1 = Math.Min(1, last), r2 = Math.Min(2, last), r3 = Math.Min(3, last), r4 = Math.Min(4, last), r5 = Math.Min(5, last);
        float* x0 = inputs, x1 = inputs + r1 * inputStride, x2 = inputs + r2 * inputStride;
        float* x3 = inputs + r3 * inputStride, x4 = inputs + r4 * inputStride, x5 = inputs + r5 * inputStride;
        TVector s0 = Load(biases), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
        for (nint j = 0; j < columns; j++, weights += TSimd.Width)
        {
            TVector u = Load(weights);
            s0 = TSimd.MultiplyAdd(u, TSimd.Broadcast(x0[j]), s0);
            s1 = TSimd.MultiplyAdd(u, TSimd.Broadcast(x1[j]), s1);
            s2 = TSimd.MultiplyAdd(u, TSimd.Broadcast(x2[j]), s2);
            s3 = TSimd.MultiplyAdd(u, TSimd.Broadcast(x3[j]), s3);
            s4 = TSimd.MultiplyAdd(u, TSimd.Broadcast(x4[j]), s4);
            s5 = TSimd.MultiplyAdd(u, TSimd.Broadcast(x5[j]), s5);
        }

        TVector least = TSimd.Broadcast(floor);
        Store(outputs, s0, least);
        Store(outputs + r1 * outputStride, s1, least);
        Store(outputs + r2 * outputStride, s2, least);
        Store(outputs + r3 * outputStride, s3, least);
        Store(outputs + r4 * outputStride, s4, least);
        Store(outputs + r5 * outputStride, s5, least);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Step(float* weights, float* input, int phase, TVector sum) =>
        TSimd.MultiplyAdd(Load(weights + phase * TSimd.Width), TSimd.Broadcast(input[phase]), sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load(float* source) => TSimd.Load(in *source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* target, TVector sum, TVector least) => TSimd.Store(TSimd.Max(sum, least), ref *target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(float* target, TVector first, TVector second, TVector least)
    {
        Store(target, first, least);
        Store(target + TSimd.Width, second, least);
    }
}
