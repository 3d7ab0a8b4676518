using System;
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
    private readonly uint[] _firstVisit;
    private readonly uint[] _secondVisit;

    /// <summary>Makes the store for the groups of <paramref name="weights"/>; <see cref="Open"/> fills it.</summary>
    public GroupWork(SparseMatrix weights, int lanes)
    {
        (_weights, Lanes, BlockCount) = (weights, lanes, (weights.Columns + lanes - 1) / lanes);
        _starts = new int[lanes * (BlockCount + 1)];
        _taken = new int[lanes * BlockCount];
        _firstVisit = new uint[BlockCount];
        _secondVisit = new uint[BlockCount];
    }

    /// <summary>The number of lanes.</summary>
    public int Lanes { get; }

    /// <summary>The number of blocks of inputs.</summary>
    public int BlockCount { get; }

    /// <summary>How many weights are not taken yet.</summary>
    public int Left { get; private set; }

    /// <summary>Starts with all weights of <paramref name="group"/>; lanes behind the last row are empty.</summary>
    public void Open(int group)
    {
        Array.Clear(_taken, 0, _taken.Length);
        Left = 0;
        for (int lane = 0; lane < Lanes; lane++)
        {
            int row = group * Lanes + lane, at = row < _weights.Rows ? _weights.RowStart(row) : 0;
            int end = row < _weights.Rows ? _weights.RowStart(row + 1) : 0;
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
    /// What a visit to <paramref name="block"/> offers: bit l says that lane l has at least one weight left there, bit 16 + l that it has two.
    /// A packet may hold a block twice: <paramref name="visit"/> 1 finds what visit 0 cannot take. More visits serve no lane.
    /// </summary>
    public uint Offer(int block, int visit) => visit switch { 0 => _firstVisit[block], 1 => _secondVisit[block], _ => 0 };

    /// <summary>How many weights of <paramref name="lane"/> are left in <paramref name="block"/>.</summary>
    public int Count(int block, int lane) =>
        First(block + 1, lane) - First(block, lane) - _taken[lane * BlockCount + block];

    /// <summary>Takes a weight that is left, and gives its position in the matrix.</summary>
    public int Take(int block, int lane)
    {
        int position = First(block, lane) + _taken[lane * BlockCount + block]++;
        Left--;
        Refresh(block);
        return position;
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

    private void Refresh(int block)
    {
        uint first = 0, second = 0;
        for (int lane = 0; lane < Lanes; lane++)
        {
            int count = Count(block, lane);
            first |= VisitBits(count) << lane;
            second |= VisitBits(count - 2) << lane;
        }

        (_firstVisit[block], _secondVisit[block]) = (first, second);
    }

    private static uint VisitBits(int count) => count <= 0 ? 0u : count == 1 ? 1u : 1u | 1u << MaxLanes;
}
