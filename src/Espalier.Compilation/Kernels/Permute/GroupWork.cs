using System;
using System.Runtime.CompilerServices;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>The weights of one group of rows that no packet has taken yet, by block and lane.</summary>
internal sealed class GroupWork
{
    /// <summary>The most lanes; two bit masks of them fill 32 bits.</summary>
    public const int MaxLanes = 16;

    private readonly SparseMatrix _weights;

    // Row-major by lane: where the entries of a block start in the matrix, and how many of them are taken.
    private readonly int[] _starts;
    private readonly int[] _taken;
    private readonly int[] _laneLeft;

    // Row-major by block: what the first and the second visit to it offer and need, and how many visits it takes to empty it.
    private readonly uint[] _offers;
    private readonly uint[] _needs;
    private readonly int[] _visits;

    /// <summary>Makes the store for the groups of <paramref name="weights"/>; <see cref="Open"/> fills it.</summary>
    public GroupWork(SparseMatrix weights, int lanes)
    {
        (_weights, Lanes, BlockCount) = (weights, lanes, (weights.Columns + lanes - 1) / lanes);
        _starts = new int[lanes * (BlockCount + 1)];
        _taken = new int[lanes * BlockCount];
        _laneLeft = new int[lanes];
        _offers = new uint[2 * BlockCount];
        _needs = new uint[2 * BlockCount];
        _visits = new int[BlockCount];
    }

    /// <summary>The number of lanes.</summary>
    public int Lanes { get; }

    /// <summary>The number of blocks of inputs.</summary>
    public int BlockCount { get; }

    /// <summary>How many weights are not taken yet.</summary>
    public int Left { get; private set; }

    /// <summary>Starts with all weights of <paramref name="group"/>; lanes behind the last row are empty.</summary>
    [MethodImpl(HotCode.Optimized)]
    public void Open(int group)
    {
        Array.Clear(_taken, 0, _taken.Length);
        Left = 0;
        for (int lane = 0; lane < Lanes; lane++)
        {
            int row = group * Lanes + lane, at = row < _weights.Rows ? _weights.RowStart(row) : 0;
            int end = row < _weights.Rows ? _weights.RowStart(row + 1) : 0;
            _laneLeft[lane] = end - at;
            Left += end - at;
            for (int block = 0; block <= BlockCount; block++)
            {
                while (at < end && _weights.ColumnIndex(at) < block * Lanes) at++;
                _starts[lane * (BlockCount + 1) + block] = at;
            }
        }

        for (int block = 0; block < BlockCount; block++) Refresh(block);
    }

    /// <summary>
    /// What a visit to <paramref name="block"/> offers: bit l says that lane l has at least one weight left there, bit 16 + l that
    /// it has two. A packet may hold a block twice: <paramref name="visit"/> 1 finds what visit 0 cannot take. More visits serve no lane.
    /// </summary>
    public uint Offer(int block, int visit) => visit < 2 ? _offers[2 * block + visit] : 0;

    /// <summary>
    /// What the visit must take, in the same form, so that the block takes one visit less to empty afterwards.
    /// </summary>
    public uint Need(int block, int visit) => visit < 2 ? _needs[2 * block + visit] : 0;

    /// <summary>The packets that the visits left and the longest row left demand; there may have to be more.</summary>
    [MethodImpl(HotCode.Optimized)]
    public int PacketsAtLeast()
    {
        int visits = 0, longest = 0;
        foreach (int count in _visits) visits += count;
        foreach (int count in _laneLeft) longest = Math.Max(longest, count);
        return Math.Max(
            (visits + PacketShape.Blocks - 1) / PacketShape.Blocks, (longest + PacketShape.Steps - 1) / PacketShape.Steps);
    }

    /// <summary>The lanes that must take four weights from each packet that is to come, or there will be more than that.</summary>
    [MethodImpl(HotCode.Optimized)]
    public uint UrgentLanes()
    {
        int slack = PacketShape.Steps * (PacketsAtLeast() - 1);
        uint urgent = 0;
        for (int lane = 0; lane < Lanes; lane++)
        {
            if (_laneLeft[lane] > slack) urgent |= 1u << lane;
        }

        return urgent;
    }

    /// <summary>How many weights of <paramref name="lane"/> are left in <paramref name="block"/>.</summary>
    public int Count(int block, int lane) =>
        First(block + 1, lane) - First(block, lane) - _taken[lane * BlockCount + block];

    /// <summary>
    /// Takes a weight that is left, and gives its position in the matrix. <see cref="Refresh"/> the block when all are taken.
    /// </summary>
    public int Take(int block, int lane)
    {
        Left--;
        _laneLeft[lane]--;
        return First(block, lane) + _taken[lane * BlockCount + block]++;
    }

    /// <summary>Finds anew what visits to <paramref name="block"/> offer and need.</summary>
    [MethodImpl(HotCode.Optimized)]
    public void Refresh(int block)
    {
        int most = 0;
        for (int lane = 0; lane < Lanes; lane++) most = Math.Max(most, Count(block, lane));
        int visits = (most + 1) / 2;
        _visits[block] = visits;
        for (int visit = 0; visit < 2; visit++)
        {
            uint offer = 0, need = 0;
            for (int lane = 0; lane < Lanes; lane++)
            {
                int count = Count(block, lane);
                offer |= Bits(count - 2 * visit) << lane;
                if (visit < visits) need |= Bits(count - 2 * (visits - visit - 1)) << lane;
            }

            _offers[2 * block + visit] = offer;
            _needs[2 * block + visit] = need;
        }
    }

    /// <summary>Which input of the block the weight at <paramref name="position"/> reads.</summary>
    public int InputOf(int position) => _weights.ColumnIndex(position) % Lanes;

    /// <summary>An input of the block that the lane's row reads, taken or not; -1 when there is none.</summary>
    public int AnyInput(int block, int lane)
    {
        int position = First(block, lane);
        return position < First(block + 1, lane) ? InputOf(position) : -1;
    }

    private int First(int block, int lane) => _starts[lane * (BlockCount + 1) + block];

    private static uint Bits(int count) => count <= 0 ? 0u : count == 1 ? 1u : 1u | 1u << MaxLanes;
}
