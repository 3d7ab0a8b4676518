using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Espalier.Numerics;

namespace Espalier.Training.Kernels;

/// <summary>Lays a strip of B out as the register tile reads it: depth x width, columns that do not exist set to 0.</summary>
internal static class PanelPacker
{
    /// <summary>Packs columns of a row-major B (depth x columns).</summary>
    /// <param name="source">B from the strip's first element on.</param>
    /// <param name="stride">The distance of B's rows.</param>
    /// <param name="depth">The number of rows to pack.</param>
    /// <param name="columns">The columns that exist, at most <paramref name="width"/>.</param>
    /// <param name="width">The columns of a panel.</param>
    /// <param name="panel">Receives depth x width floats.</param>
    public static void Copy<TSimd, TVector>(ReadOnlySpan<float> source, int stride, int depth, int columns, int width, Span<float> panel)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        if (columns < width)
        {
            CopyRagged(source, stride, depth, columns, width, panel);
            return;
        }

        ref float to = ref MemoryMarshal.GetReference(panel[..(depth * width)]);
        ref float from = ref MemoryMarshal.GetReference(source[..((depth - 1) * stride + columns)]);
        for (int k = 0; k < depth; k++)
        {
            TSimd.Store(TSimd.Load(in from), ref to);
            TSimd.Store(TSimd.Load(in Unsafe.Add(ref from, TSimd.Width)), ref Unsafe.Add(ref to, TSimd.Width));
            from = ref Unsafe.Add(ref from, stride);
            to = ref Unsafe.Add(ref to, width);
        }
    }

    /// <summary>Packs columns of B given as its transpose (columns x depth, row-major).</summary>
    /// <param name="source">The transpose from the strip's first element on.</param>
    /// <param name="stride">The distance of the transpose's rows.</param>
    /// <param name="depth">The number of B's rows to pack.</param>
    /// <param name="columns">The columns that exist, at most <paramref name="width"/>.</param>
    /// <param name="width">The columns of a panel, a multiple of 4.</param>
    /// <param name="panel">Receives depth x width floats.</param>
    public static void Transpose(ReadOnlySpan<float> source, int stride, int depth, int columns, int width, Span<float> panel)
    {
        int column = 0;
        if (Sse.IsSupported)
        {
            // Blocks of 4 x 4 through registers: four times the speed of single elements.
            for (; column + 4 <= columns; column += 4)
            {
                int done = TransposeFour(source[(column * stride)..], stride, depth, width, panel[column..]);
                for (int j = column; j < column + 4; j++) TransposeOne(source[(j * stride)..], done, depth, width, panel[j..]);
            }
        }

        for (; column < columns; column++) TransposeOne(source[(column * stride)..], 0, depth, width, panel[column..]);
        for (; column < width; column++)
        {
            for (int k = 0; k < depth; k++) panel[k * width + column] = 0;
        }
    }

    private static void CopyRagged(ReadOnlySpan<float> source, int stride, int depth, int columns, int width, Span<float> panel)
    {
        for (int k = 0; k < depth; k++)
        {
            Span<float> row = panel.Slice(k * width, width);
            source.Slice(k * stride, columns).CopyTo(row);
            row[columns..].Clear();
        }
    }

    private static void TransposeOne(ReadOnlySpan<float> source, int start, int depth, int width, Span<float> panel)
    {
        for (int k = start; k < depth; k++) panel[k * width] = source[k];
    }

    private static int TransposeFour(ReadOnlySpan<float> source, int stride, int depth, int width, Span<float> panel)
    {
        int whole = depth & ~3;
        if (whole == 0) return 0;
        ref float from = ref MemoryMarshal.GetReference(source[..(3 * stride + whole)]);
        ref float to = ref MemoryMarshal.GetReference(panel[..((whole - 1) * width + 4)]);
        for (int k = 0; k < whole; k += 4)
        {
            Vector128<float> r0 = Vector128.LoadUnsafe(ref from);
            Vector128<float> r1 = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, stride));
            Vector128<float> r2 = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 2 * stride));
            Vector128<float> r3 = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 3 * stride));
            Vector128<float> low01 = Sse.UnpackLow(r0, r1), low23 = Sse.UnpackLow(r2, r3);
            Vector128<float> high01 = Sse.UnpackHigh(r0, r1), high23 = Sse.UnpackHigh(r2, r3);
            Sse.MoveLowToHigh(low01, low23).StoreUnsafe(ref to);
            Sse.MoveHighToLow(low23, low01).StoreUnsafe(ref Unsafe.Add(ref to, width));
            Sse.MoveLowToHigh(high01, high23).StoreUnsafe(ref Unsafe.Add(ref to, 2 * width));
            Sse.MoveHighToLow(high23, high01).StoreUnsafe(ref Unsafe.Add(ref to, 3 * width));
            from = ref Unsafe.Add(ref from, 4);
            to = ref Unsafe.Add(ref to, 4 * width);
        }

        return whole;
    }
}
