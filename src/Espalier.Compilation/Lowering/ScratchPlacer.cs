using System;
using System.Collections.Generic;
using System.Linq;

namespace Espalier.Compilation.Lowering;

/// <summary>
/// Places buffers with lifetimes in one workspace so that those that live at the same time never overlap.
/// </summary>
/// <remarks>
/// A chain is placed without waste: its values alternate between the front and the back, a stage's working memory lies between the two, and
/// the largest sum that lives at once is all that is needed. To do as well for any graph is NP-hard (dynamic storage allocation, Garey and
/// Johnson 1979); there the buffers go one by one, from the largest on, from the largest product of length and lifetime on, or in the order
/// of time, each to the lowest place where it fits, and the best of the three is taken.
/// </remarks>
internal static class ScratchPlacer
{
    /// <summary>The floats that the workspace needs, and the offset of each buffer.</summary>
    public static (int Length, int[] Offsets) Place(IReadOnlyList<ScratchBuffer> buffers)
    {
        int[] inTime = [.. Enumerable.Range(0, buffers.Count)];
        if (IsChain(buffers)) return PlaceChain(buffers);
        return new[]
        {
            LowestFit(buffers, [.. inTime.OrderByDescending(i => buffers[i].Length)]),
            LowestFit(buffers, [.. inTime.OrderByDescending(i => (long)buffers[i].Length * (buffers[i].Last - buffers[i].First + 1))]),
            LowestFit(buffers, inTime),
        }.OrderBy(placed => placed.Length).First();
    }

    /// <summary>Places buffers that are written one after the other, of which two neighbours at a time live.</summary>
    public static (int Length, int[] Offsets) PlaceInTurn(IReadOnlyList<int> lengths) =>
        Place([.. lengths.Select((length, i) => new ScratchBuffer(i, false, i, Math.Min(i + 1, lengths.Count - 1), length))]);

    /// <summary>Places buffers one behind the other, whenever they live, with a gap behind each that nobody should ever write to.</summary>
    public static (int Length, int[] Offsets) PlaceApart(IReadOnlyList<ScratchBuffer> buffers)
    {
        var offsets = new int[buffers.Count];
        int length = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = length;
            length = checked(length + buffers[i].Length + ScratchPlan.MaxSlack);
        }

        return (length, offsets);
    }

    /// <summary>Whether each value is read by the stage behind it and then no more.</summary>
    private static bool IsChain(IReadOnlyList<ScratchBuffer> buffers) =>
        buffers.All(buffer => buffer.Last <= buffer.First + (buffer.IsWork ? 0 : 1));

    private static (int Length, int[] Offsets) PlaceChain(IReadOnlyList<ScratchBuffer> buffers)
    {
        int total = 0;
        for (int i = 0; i < buffers.Count; i++)
        {
            int stage = buffers[i].Last, alive = 0;
            foreach (ScratchBuffer buffer in buffers)
            {
                if (buffer.First <= stage && stage <= buffer.Last) alive = checked(alive + buffer.Length);
            }

            total = Math.Max(total, alive);
        }

        var offsets = new int[buffers.Count];
        bool isBack = false;
        for (int i = 0; i < offsets.Length; i++)
        {
            if (buffers[i].IsWork) continue;
            offsets[i] = isBack ? total - buffers[i].Length : 0;
            isBack = !isBack;
        }

        for (int i = 0; i < offsets.Length; i++)
        {
            // What lies in front of it begins at 0.
            if (!buffers[i].IsWork) continue;
            for (int j = 0; j < offsets.Length; j++)
            {
                if (!buffers[j].IsWork && offsets[j] == 0 && buffers[j].Meets(buffers[i]))
                {
                    offsets[i] = Math.Max(offsets[i], buffers[j].Length);
                }
            }
        }

        return (total, offsets);
    }

    private static (int Length, int[] Offsets) LowestFit(IReadOnlyList<ScratchBuffer> buffers, int[] order)
    {
        var offsets = new int[buffers.Count];
        int total = 0;
        for (int placed = 0; placed < order.Length; placed++)
        {
            ScratchBuffer buffer = buffers[order[placed]];
            int offset = 0;
            foreach (int other in order.Take(placed).Where(other => buffers[other].Meets(buffer)).OrderBy(other => offsets[other]))
            {
                if (offset + buffer.Length <= offsets[other]) break;
                offset = Math.Max(offset, checked(offsets[other] + buffers[other].Length));
            }

            offsets[order[placed]] = offset;
            total = Math.Max(total, checked(offset + buffer.Length));
        }

        return (total, offsets);
    }
}
