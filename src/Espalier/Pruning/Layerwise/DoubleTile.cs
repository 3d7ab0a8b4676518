using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// Products of tall, thin matrices in double precision, C += or -= A^T B, by register tiles of 4 x 8. A and B are packed into panels: of
/// 8 neighbouring columns, all rows one after the other, the last panel filled up with zeros.
/// </summary>
/// <remarks>
/// Eight accumulators of four doubles hide the latency of a fused multiply-add on two ports. Sums run in the order of the rows, by one
/// thread each: the bits do not depend on the number of threads.
/// </remarks>
internal static class DoubleTile
{
    /// <summary>The columns of a panel, and of a tile.</summary>
    public const int PanelWidth = 8;

    /// <summary>The rows of a tile: half a panel of A.</summary>
    public const int Rows = 4;

    /// <summary><paramref name="count"/> rounded up to whole panels.</summary>
    public static int Padded(int count) => (count + PanelWidth - 1) / PanelWidth * PanelWidth;

    /// <summary>C[0..4, 0..8] += A^T B over <paramref name="depth"/> rows, or -= of it.</summary>
    /// <param name="a">The element of A's panel at its first row and the tile's first column.</param>
    /// <param name="b">The first element of B's panel.</param>
    /// <param name="depth">The number of rows.</param>
    /// <param name="c">The element of C at the tile's corner.</param>
    /// <param name="cStride">The distance of C's rows.</param>
    /// <param name="subtract">Whether the sums are taken from C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Accumulate(ref readonly double a, ref readonly double b, int depth, ref double c, nint cStride, bool subtract)
    {
        ref double left = ref Unsafe.AsRef(in a);
        ref double right = ref Unsafe.AsRef(in b);
        Vector256<double> c00 = default, c01 = default, c10 = default, c11 = default;
        Vector256<double> c20 = default, c21 = default, c30 = default, c31 = default;
        for (int k = 0; k < depth; k++)
        {
            Vector256<double> b0 = Vector256.LoadUnsafe(ref right), b1 = Vector256.LoadUnsafe(ref right, 4);
            Vector256<double> x = Vector256.Create(left);
            c00 = MultiplyAdd(x, b0, c00);
            c01 = MultiplyAdd(x, b1, c01);
            x = Vector256.Create(Unsafe.Add(ref left, 1));
            c10 = MultiplyAdd(x, b0, c10);
            c11 = MultiplyAdd(x, b1, c11);
            x = Vector256.Create(Unsafe.Add(ref left, 2));
            c20 = MultiplyAdd(x, b0, c20);
            c21 = MultiplyAdd(x, b1, c21);
            x = Vector256.Create(Unsafe.Add(ref left, 3));
            c30 = MultiplyAdd(x, b0, c30);
            c31 = MultiplyAdd(x, b1, c31);
            left = ref Unsafe.Add(ref left, PanelWidth);
            right = ref Unsafe.Add(ref right, PanelWidth);
        }

        Store(c00, c01, ref c, subtract);
        Store(c10, c11, ref Unsafe.Add(ref c, cStride), subtract);
        Store(c20, c21, ref Unsafe.Add(ref c, 2 * cStride), subtract);
        Store(c30, c31, ref Unsafe.Add(ref c, 3 * cStride), subtract);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> MultiplyAdd(Vector256<double> left, Vector256<double> right, Vector256<double> addend) =>
        Fma.IsSupported ? Fma.MultiplyAdd(left, right, addend) : left * right + addend;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<double> left, Vector256<double> right, ref double c, bool subtract)
    {
        Vector256<double> c0 = Vector256.LoadUnsafe(ref c), c1 = Vector256.LoadUnsafe(ref c, 4);
        (subtract ? c0 - left : c0 + left).StoreUnsafe(ref c);
        (subtract ? c1 - right : c1 + right).StoreUnsafe(ref c, 4);
    }
}
