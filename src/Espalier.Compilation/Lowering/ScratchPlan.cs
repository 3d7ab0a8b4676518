using System;
using System.Collections.Generic;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>Where a plan keeps the values between layers.</summary>
/// <param name="Length">Floats in use, the slack for alignment included.</param>
/// <param name="IsAligned">
/// Whether the workspace is used from its first 64-byte boundary on: a load of 512 bits that straddles two cache lines costs two.
/// </param>
/// <param name="InputOffset">The first float of the copy of the input; -1 when the first layer reads the caller's input.</param>
/// <param name="Offsets">The first float of each layer's output; -1 for a last layer that writes to the caller's output.</param>
public sealed record ScratchPlan(int Length, bool IsAligned, int InputOffset, EquatableArray<int> Offsets)
{
    /// <summary>The largest number of lanes: every buffer of an aligned workspace starts and ends at a multiple of it.</summary>
    public const int BlockFloats = 16;

    /// <summary>The floats that finding the boundary may cost.</summary>
    public const int AlignmentSlack = BlockFloats - 1;

    /// <summary>The floats that a buffer of <paramref name="count"/> values takes: whole registers in an aligned workspace.</summary>
    internal static int Padded(int count, bool isAligned) => isAligned ? Simd.RoundUp(count, BlockFloats) : count;

    /// <summary>
    /// Places buffers that are written one after the other. Only two neighbours are alive at once, so they alternate between the front
    /// and the back, and the largest sum of two neighbours is all that is needed.
    /// </summary>
    internal static (int Length, int[] Offsets) Place(IReadOnlyList<int> lengths)
    {
        int total = LengthFor(lengths);
        var offsets = new int[lengths.Count];
        for (int i = 1; i < lengths.Count; i += 2) offsets[i] = total - lengths[i];
        return (total, offsets);
    }

    /// <summary>The floats that <see cref="Place"/> needs.</summary>
    /// <exception cref="OverflowException">They are more than an int can count.</exception>
    internal static int LengthFor(IReadOnlyList<int> lengths)
    {
        int total = lengths.Count == 0 ? 0 : lengths[0];
        for (int i = 1; i < lengths.Count; i++) total = Math.Max(total, checked(lengths[i - 1] + lengths[i]));
        return total;
    }
}
