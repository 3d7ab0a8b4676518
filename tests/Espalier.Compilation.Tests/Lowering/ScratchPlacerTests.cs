using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Tests.Lowering;

public sealed class ScratchPlacerTests
{
    [Fact]
    public void What_lives_together_never_overlaps_and_what_does_not_shares()
    {
        var random = new Random(1);
        long needed = 0, sum = 0, placed = 0;
        for (int round = 0; round < 300; round++)
        {
            List<ScratchBuffer> buffers = [];
            int stages = random.Next(1, 10);
            for (int stage = 0; stage < stages; stage++)
            {
                if (random.Next(3) == 0) buffers.Add(new ScratchBuffer(stage, true, stage, stage, random.Next(1, 50)));
                buffers.Add(new ScratchBuffer(stage, false, stage, Math.Min(stages - 1, stage + random.Next(0, 4)), random.Next(1, 50)));
            }

            (int length, int[] offsets) = ScratchPlacer.Place(buffers);

            for (int i = 0; i < buffers.Count; i++)
            {
                Assert.InRange(offsets[i], 0, length - buffers[i].Length);
                for (int j = 0; j < i; j++)
                {
                    bool apart = offsets[i] >= offsets[j] + buffers[j].Length || offsets[j] >= offsets[i] + buffers[i].Length;
                    Assert.True(
                        apart || !buffers[i].Meets(buffers[j]),
                        $"Round {round}: {buffers[i]} at {offsets[i]} and {buffers[j]} at {offsets[j]}.");
                }
            }

            int most = Enumerable.Range(0, stages)
                .Max(time => buffers.Where(buffer => buffer.First <= time && time <= buffer.Last).Sum(buffer => buffer.Length));
            Assert.True(length >= most);
            (needed, sum, placed) = (needed + most, sum + buffers.Sum(buffer => buffer.Length), placed + length);
        }

        // The best that could be is what lives at once; first fit comes within a few hundredths of it.
        Assert.InRange(placed, needed, (long)(1.05 * needed));
        Assert.True(placed < 0.8 * sum);
    }

    [Fact]
    public void A_chain_with_working_memory_is_placed_without_waste()
    {
        (int length, int[] offsets) = ScratchPlacer.Place(
        [
            new ScratchBuffer(0, false, 0, 1, 50), new ScratchBuffer(1, true, 1, 1, 30), new ScratchBuffer(1, false, 1, 2, 20),
            new ScratchBuffer(2, true, 2, 2, 60), new ScratchBuffer(2, false, 2, 3, 10),
        ]);
        Assert.Equal(100, length);
        Assert.Equal([0, 50, 80, 10, 0], offsets);
    }
}
