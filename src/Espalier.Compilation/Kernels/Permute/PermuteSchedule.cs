using System;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>
/// The order in which the permute kernel works through a sparse matrix: rows stand in lanes, a group of L rows at a time, inputs are
/// read in blocks of L, and each packet (see <see cref="PacketShape"/>) takes up to four weights of each row. Every weight stands in
/// exactly one slot. The same matrix gives the same schedule.
/// </summary>
/// <remarks>
/// Group g holds the rows g L to g L + L - 1, the last one maybe fewer; block b holds the inputs b L to b L + L - 1. A slot is
/// (packet, step, lane); an empty one multiplies by zero.
/// </remarks>
internal sealed class PermuteSchedule
{
    // Eight attempts take 2 to 4 % of the packets away, 32 attempts one more. Large matrices get fewer, so that attempts take no more than
    // some 30 ms: a packet looks at each block about 16 times, at 8 ns.
    private const int MaxAttempts = 8;
    private const double MaxLooks = 4e6;
    private const double LooksPerBlock = 16;

    private readonly int[] _groupStarts;
    private readonly int[] _blocks;
    private readonly int[] _slots;
    private readonly byte[] _sources;
    private readonly int _weightCount;

    private PermuteSchedule(int lanes, int[] groupStarts, PacketList packets, int weightCount)
    {
        (Lanes, _groupStarts, _weightCount) = (lanes, groupStarts, weightCount);
        (_blocks, _slots, _sources) = ([.. packets.Blocks], [.. packets.Slots], [.. packets.Sources]);
    }

    /// <summary>The number of lanes, L.</summary>
    public int Lanes { get; }

    /// <summary>The number of groups of rows.</summary>
    public int GroupCount => _groupStarts.Length - 1;

    /// <summary>The number of packets of all groups.</summary>
    public int PacketCount => _blocks.Length / PacketShape.Blocks;

    /// <summary>The share of the slots that hold a weight, 0 to 1.</summary>
    public double Fill => _weightCount / (double)_slots.Length;

    /// <summary>Makes the schedule of <paramref name="weights"/>.</summary>
    /// <param name="weights">The matrix, rows in the order in which they are to stand in the lanes.</param>
    /// <param name="lanes">L, 1 to 16.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lanes"/> is out of range.</exception>
    public static PermuteSchedule Build(SparseMatrix weights, int lanes)
    {
        if (weights is null) throw new ArgumentNullException(nameof(weights));
        if (lanes is < 1 or > GroupWork.MaxLanes) throw new ArgumentOutOfRangeException(nameof(lanes), lanes, "Give 1 to 16 lanes.");
        int groups = (weights.Rows + lanes - 1) / lanes;
        var starts = new int[groups + 1];
        var packets = new PacketList();
        var work = new GroupWork(weights, lanes);
        double packetsAtLeast = Math.Max(groups * (double)work.BlockCount, weights.Count / (double)lanes) / PacketShape.Blocks;
        int attempts = (int)Math.Max(1, Math.Min(MaxAttempts, MaxLooks / (LooksPerBlock * work.BlockCount * packetsAtLeast)));
        var chooser = new PacketChooser(work);
        var filler = new PacketFiller(work);
        for (int group = 0; group < groups; group++)
        {
            packets.Add(Best(group, attempts, work, chooser, filler));
            starts[group + 1] = packets.Count;
        }

        return new PermuteSchedule(lanes, starts, packets, weights.Count);
    }

    /// <summary>
    /// How many packets a schedule of <paramref name="weights"/> has at least, by the visits that its blocks need and its longest rows.
    /// </summary>
    public static int PacketsAtLeast(SparseMatrix weights, int lanes)
    {
        var work = new GroupWork(weights, lanes);
        int packets = 0;
        for (int row = 0; row < weights.Rows; row += lanes)
        {
            work.Open(row / lanes);
            packets += Math.Max(1, work.PacketsAtLeast());
        }

        return packets;
    }

    /// <summary>The first packet of <paramref name="group"/>; for <see cref="GroupCount"/>, the number of packets.</summary>
    public int GroupStart(int group) => _groupStarts[group];

    /// <summary>The number of the block that <paramref name="packet"/> loads at <paramref name="index"/>, 0 to 3.</summary>
    public int Block(int packet, int index) => _blocks[packet * PacketShape.Blocks + index];

    /// <summary>The position in the matrix of the weight of a slot, or -1 for an empty slot.</summary>
    public int Slot(int packet, int step, int lane) => _slots[(packet * PacketShape.Steps + step) * Lanes + lane];

    /// <summary>
    /// Which of the 2 L inputs of the step's pair a slot reads: a lane of the first block, or L + a lane of the second. An empty slot
    /// reads an input that its row uses where the pair has one, so that a NaN that the row does not look at stays away; else input 0.
    /// </summary>
    public int Source(int packet, int step, int lane) => _sources[(packet * PacketShape.Steps + step) * Lanes + lane];

    /// <summary>The shortest list of packets for a group that some attempts find; none is shorter than the bound.</summary>
    private static PacketList Best(int group, int attempts, GroupWork work, PacketChooser chooser, PacketFiller filler)
    {
        PacketList? best = null;
        for (int attempt = 0; attempt < attempts; attempt++)
        {
            var packets = new PacketList();
            work.Open(group);
            chooser.Start(attempt);
            int bound = Math.Max(1, work.PacketsAtLeast());
            do
            {
                chooser.Choose();
                filler.Fill(chooser.Blocks, chooser.Spare, packets);
            }
            while (work.Left > 0 && (best is null || packets.Count + work.PacketsAtLeast() < best.Count));

            if (work.Left == 0 && (best is null || packets.Count < best.Count)) best = packets;
            if (best!.Count == bound) break;
        }

        return best!;
    }
}
