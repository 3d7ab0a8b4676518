using System;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>Chooses the four blocks of the next packet of a group.</summary>
internal static class PacketChooser
{
    private const int ExchangeRounds = 2;

    /// <summary>Four block numbers, some of them equal when that serves as well.</summary>
    public static int[] Choose(GroupWork work)
    {
        var chosen = new int[] { -1, -1, -1, -1 };
        for (int i = 0; i < chosen.Length; i++) chosen[i] = Best(work, chosen, i);
        for (int round = 0; round < ExchangeRounds; round++)
        {
            for (int i = 0; i < chosen.Length; i++) chosen[i] = Best(work, chosen, i);
        }

        return Arrange(work, chosen);
    }

    /// <summary>The block that, beside the others that are chosen, serves most lanes; of equals the one with most weights left.</summary>
    private static int Best(GroupWork work, int[] chosen, int index)
    {
        var room = default(LaneRoom);
        for (int i = 0; i < chosen.Length; i++)
        {
            if (i != index && chosen[i] >= 0) room = room.With(work.Offer(chosen[i], Uses(chosen, chosen[i], i, index)));
        }

        uint open = room.Open;
        int best = Math.Max(0, chosen[index]), bestScore = -1;
        for (int block = 0; block < work.BlockCount; block++)
        {
            uint offer = work.Offer(block, Uses(chosen, block, chosen.Length, index));
            int score = 64 * LaneRoom.BitCount(offer & open) + LaneRoom.BitCount(offer);
            if (score > bestScore || (score == bestScore && block == chosen[index])) (best, bestScore) = (block, score);
        }

        return best;
    }

    /// <summary>How many of the first <paramref name="count"/> places, without <paramref name="except"/>, hold the block.</summary>
    private static int Uses(int[] chosen, int block, int count, int except)
    {
        int uses = 0;
        for (int i = 0; i < count; i++)
        {
            if (i != except && chosen[i] == block) uses++;
        }

        return uses;
    }

    /// <summary>
    /// Puts the blocks in the order that leaves fewest weights over: two blocks of which many lanes take two inputs each should not
    /// share a pair. Only which block stands opposite to the first (at 3) matters.
    /// </summary>
    private static int[] Arrange(GroupWork work, int[] chosen)
    {
        int[] best = chosen;
        int fewest = int.MaxValue;
        for (int opposite = 3; opposite >= 1; opposite--)
        {
            var order = (int[])chosen.Clone();
            (order[3], order[opposite]) = (order[opposite], order[3]);
            int left = LeftOver(work, order);
            if (left < fewest) (best, fewest) = (order, left);
        }

        return best;
    }

    /// <summary>How many lanes have two inputs in each block of one pair and none in the other two blocks.</summary>
    private static int LeftOver(GroupWork work, int[] order)
    {
        int left = 0;
        for (int step = 0; step < PacketShape.Steps; step++)
        {
            int first = PacketShape.First(step), second = PacketShape.Second(step);
            uint others = 0;
            for (int i = 0; i < order.Length; i++)
            {
                if (i != first && i != second) others |= Offer(work, order, i);
            }

            uint both = Offer(work, order, first) & Offer(work, order, second);
            left += LaneRoom.BitCount(both >> GroupWork.MaxLanes & ~others);
        }

        return left;
    }

    private static uint Offer(GroupWork work, int[] order, int index) => work.Offer(order[index], PacketShape.Visit(order, index));
}
