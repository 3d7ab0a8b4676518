using System;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>Where the hidden layers leave their outputs in the workspace.</summary>
/// <param name="Length">Floats in use.</param>
/// <param name="Offsets">
/// The first float of each hidden layer's output, in the order of the layers; the last layer writes to the caller's output.
/// </param>
public sealed record ScratchPlan(int Length, EquatableArray<int> Offsets)
{
    /// <summary>
    /// Places buffers of the given lengths. Only two neighbours are alive at once, so buffers alternate between the front and the back, and
    /// the largest sum of two neighbours is all that is needed.
    /// </summary>
    public static ScratchPlan For(int[] lengths)
    {
        if (lengths is null) throw new ArgumentNullException(nameof(lengths));
        int total = LengthFor(lengths);
        var offsets = new int[lengths.Length];
        for (int i = 1; i < lengths.Length; i += 2) offsets[i] = total - lengths[i];
        return new ScratchPlan(total, new EquatableArray<int>(offsets));
    }

    /// <summary>The floats that <see cref="For"/> needs.</summary>
    /// <exception cref="OverflowException">They are more than an int can count.</exception>
    public static int LengthFor(int[] lengths)
    {
        if (lengths is null) throw new ArgumentNullException(nameof(lengths));
        int total = lengths.Length == 0 ? 0 : lengths[0];
        for (int i = 1; i < lengths.Length; i++) total = Math.Max(total, checked(lengths[i - 1] + lengths[i]));
        return total;
    }
}
