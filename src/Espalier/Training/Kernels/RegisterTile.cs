using System.Runtime.CompilerServices;
using Espalier.Numerics;

namespace Espalier.Training.Kernels;

/// <summary>
/// The innermost product: six rows of C by two vectors of columns, held in twelve accumulators while the depth runs by.
/// </summary>
/// <remarks>
/// Twelve accumulators are enough to hide the latency of a fused multiply-add on two ports, and with two vectors of B and one
/// broadcast they fit the sixteen registers of AVX2. Each step reads eight values for twelve multiply-adds: the multipliers are the limit.
/// Every element of C is summed in the order of the depth whatever the width: the result is the same on all hardware that fuses.
/// </remarks>
internal static class RegisterTile
{
    /// <summary>The rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>C[0..rows, 0..2 vectors] = (C +) A x panel.</summary>
    /// <param name="panel">depth x 2 vectors of B, packed.</param>
    /// <param name="depth">The number of products in each sum.</param>
    /// <param name="a">The element of A at the tile's first row and first depth.</param>
    /// <param name="rowStride">The distance of A's rows.</param>
    /// <param name="depthStride">The distance of A's elements along the depth.</param>
    /// <param name="c">The element of C at the tile's corner.</param>
    /// <param name="cStride">The distance of C's rows.</param>
    /// <param name="rows">1 to 6 rows that exist; the others are computed from the last one and not stored.</param>
    /// <param name="accumulate">Whether the sums are added to C or replace it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute<TSimd, TVector>(
        ref readonly float panel, int depth, ref readonly float a, nint rowStride, nint depthStride, ref float c, nint cStride, int rows,
        bool accumulate)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nint last = rows - 1;
        ref float a0 = ref Unsafe.AsRef(in a);
        ref float a1 = ref Unsafe.Add(ref a0, Math.Min(1, last) * rowStride);
        ref float a2 = ref Unsafe.Add(ref a0, Math.Min(2, last) * rowStride);
        ref float a3 = ref Unsafe.Add(ref a0, Math.Min(3, last) * rowStride);
        ref float a4 = ref Unsafe.Add(ref a0, Math.Min(4, last) * rowStride);
        ref float a5 = ref Unsafe.Add(ref a0, Math.Min(5, last) * rowStride);
        ref float b = ref Unsafe.AsRef(in panel);
        TVector c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        TVector c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        nint offset = 0;
        for (int k = 0; k < depth; k++)
        {
            TVector b0 = TSimd.Load(in b);
            TVector b1 = TSimd.Load(in Unsafe.Add(ref b, TSimd.Width));
            TVector x = TSimd.Broadcast(Unsafe.Add(ref a0, offset));
            c00 = TSimd.MultiplyAdd(x, b0, c00);
            c01 = TSimd.MultiplyAdd(x, b1, c01);
            x = TSimd.Broadcast(Unsafe.Add(ref a1, offset));
            c10 = TSimd.MultiplyAdd(x, b0, c10);
            c11 = TSimd.MultiplyAdd(x, b1, c11);
            x = TSimd.Broadcast(Unsafe.Add(ref a2, offset));
            c20 = TSimd.MultiplyAdd(x, b0, c20);
            c21 = TSimd.MultiplyAdd(x, b1, c21);
            x = TSimd.Broadcast(Unsafe.Add(ref a3, offset));
            c30 = TSimd.MultiplyAdd(x, b0, c30);
            c31 = TSimd.MultiplyAdd(x, b1, c31);
            x = TSimd.Broadcast(Unsafe.Add(ref a4, offset));
            c40 = TSimd.MultiplyAdd(x, b0, c40);
            c41 = TSimd.MultiplyAdd(x, b1, c41);
            x = TSimd.Broadcast(Unsafe.Add(ref a5, offset));
            c50 = TSimd.MultiplyAdd(x, b0, c50);
            c51 = TSimd.MultiplyAdd(x, b1, c51);
            offset += depthStride;
            b = ref Unsafe.Add(ref b, 2 * TSimd.Width);
        }

        Store<TSimd, TVector>(c00, c01, ref c, accumulate);
        if (rows > 1) Store<TSimd, TVector>(c10, c11, ref Unsafe.Add(ref c, cStride), accumulate);
        if (rows > 2) Store<TSimd, TVector>(c20, c21, ref Unsafe.Add(ref c, 2 * cStride), accumulate);
        if (rows > 3) Store<TSimd, TVector>(c30, c31, ref Unsafe.Add(ref c, 3 * cStride), accumulate);
        if (rows > 4) Store<TSimd, TVector>(c40, c41, ref Unsafe.Add(ref c, 4 * cStride), accumulate);
        if (rows > 5) Store<TSimd, TVector>(c50, c51, ref Unsafe.Add(ref c, 5 * cStride), accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TSimd, TVector>(TVector left, TVector right, ref float c, bool accumulate)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        ref float second = ref Unsafe.Add(ref c, TSimd.Width);
        if (accumulate)
        {
            left = TSimd.Add(TSimd.Load(in c), left);
            right = TSimd.Add(TSimd.Load(in second), right);
        }

        TSimd.Store(left, ref c);
        TSimd.Store(right, ref second);
    }
}
