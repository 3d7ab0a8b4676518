using System.Runtime.CompilerServices;
using System;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>Decides for each lane of a packet which step takes which input, and writes the slots down.</summary>
internal sealed class PacketFiller
{
    private static readonly byte[] s_served = Tabulate();

    private readonly GroupWork _work;
    private readonly int[] _slots;
    private readonly byte[] _sources;

    /// <summary>Makes a filler that takes weights from <paramref name="work"/>.</summary>
    public PacketFiller(GroupWork work)
    {
        _work = work;
        _slots = new int[PacketShape.Steps * work.Lanes];
        _sources = new byte[_slots.Length];
    }

    /// <summary>
    /// Appends a packet of the four <paramref name="blocks"/> that takes as many weights as fit, last from the place <paramref
    /// name="spare"/>.
    /// </summary>
    public void Fill(int[] blocks, int spare, PacketList packets)
    {
        for (int lane = 0; lane < _work.Lanes; lane++) FillLane(blocks, spare, lane);
        foreach (int block in blocks) _work.Refresh(block);
        packets.Add(blocks, _slots, _sources);
    }

    [MethodImpl(HotCode.Optimized)]
    private void FillLane(int[] blocks, int spare, int lane)
    {
        // How many inputs each block may give, 0 to 2, as the digits of a number to base 3.
        int offers = 0;
        for (int i = 0; i < PacketShape.Blocks; i++)
        {
            int count = _work.Count(blocks[i], lane) - 2 * PacketShape.Visit(blocks, i);
            offers += Math.Max(0, Math.Min(2, count)) * Power(i);
        }

        for (int step = 0; step < PacketShape.Steps; step++)
        {
            int side = Side(blocks, spare, lane, offers, step);
            int at = step * _work.Lanes + lane;
            if (side < 0)
            {
                _slots[at] = -1;
                _sources[at] = (byte)HarmlessSource(blocks, lane, step);
                continue;
            }

            int index = side == 0 ? PacketShape.First(step) : PacketShape.Second(step);
            offers -= Power(index);
            int position = _work.Take(blocks[index], lane);
            _slots[at] = position;
            _sources[at] = (byte)(side * _work.Lanes + _work.InputOf(position));
        }
    }

    /// <summary>
    /// From which block of its pair a step takes: 0 or 1, or -1 for none. It is the one after which the steps behind can take most;
    /// of equals the one that is not to spare, or has more weights left.
    /// </summary>
    [MethodImpl(HotCode.Optimized)]
    private int Side(int[] blocks, int spare, int lane, int offers, int step)
    {
        int best = -1, bestScore = -1;
        for (int side = 0; side < 2; side++)
        {
            int index = side == 0 ? PacketShape.First(step) : PacketShape.Second(step);
            if (offers / Power(index) % 3 == 0) continue;
            int preference = index == spare ? 0 : Math.Min(999, _work.Count(blocks[index], lane));
            int score = 1000 * s_served[(step + 1) * 81 + offers - Power(index)] + preference;
            if (score > bestScore) (best, bestScore) = (side, score);
        }

        return best;
    }

    private int HarmlessSource(int[] blocks, int lane, int step)
    {
        int first = _work.AnyInput(blocks[PacketShape.First(step)], lane);
        if (first >= 0) return first;
        int second = _work.AnyInput(blocks[PacketShape.Second(step)], lane);
        return second >= 0 ? _work.Lanes + second : 0;
    }

    private static int Power(int index) => index switch { 0 => 1, 1 => 3, 2 => 9, _ => 27 };

    /// <summary>[step 81 + offers]: the most inputs that the steps from <c>step</c> on can take.</summary>
    private static byte[] Tabulate()
    {
        var served = new byte[(PacketShape.Steps + 1) * 81];
        for (int step = PacketShape.Steps - 1; step >= 0; step--)
        {
            for (int offers = 0; offers < 81; offers++)
            {
                int first = Power(PacketShape.First(step)), second = Power(PacketShape.Second(step)), next = (step + 1) * 81;
                byte best = served[next + offers];
                if (offers / first % 3 > 0) best = Math.Max(best, (byte)(1 + served[next + offers - first]));
                if (offers / second % 3 > 0) best = Math.Max(best, (byte)(1 + served[next + offers - second]));
                served[step * 81 + offers] = best;
            }
        }

        return served;
    }
}
