using System.Collections.Generic;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>Packets one after another, in the layout of <see cref="PermuteSchedule"/>.</summary>
internal sealed class PacketList
{
    /// <summary>Four block numbers a packet.</summary>
    public List<int> Blocks { get; } = [];

    /// <summary>The weight's position, or -1: by packet, step and lane.</summary>
    public List<int> Slots { get; } = [];

    /// <summary>The input among those of the step's pair: by packet, step and lane.</summary>
    public List<byte> Sources { get; } = [];

    /// <summary>The number of packets.</summary>
    public int Count => Blocks.Count / PacketShape.Blocks;

    /// <summary>Appends a packet.</summary>
    public void Add(int[] blocks, int[] slots, byte[] sources)
    {
        Blocks.AddRange(blocks);
        Slots.AddRange(slots);
        Sources.AddRange(sources);
    }

    /// <summary>Appends the packets of another list.</summary>
    public void Add(PacketList packets)
    {
        Blocks.AddRange(packets.Blocks);
        Slots.AddRange(packets.Slots);
        Sources.AddRange(packets.Sources);
    }
}
