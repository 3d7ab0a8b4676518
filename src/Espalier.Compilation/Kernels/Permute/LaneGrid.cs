using System;
using System.Runtime.CompilerServices;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>
/// An estimate of the packets that a layer takes (see <see cref="PermuteSchedule"/>) in some order of its rows and columns, kept up to
/// date while two rows or two columns change places.
/// </summary>
/// <remarks>
/// <para>
/// A cell is a group of rows crossed with a block of columns; it counts the weights of each lane. The packet count of a group is
/// bounded by the visits to its blocks (a visit takes two weights of each lane, four visits are a packet) and by its longest row (four
/// weights a packet). The cost of a group is the larger of the two and a little of the smaller. To that, each cell adds a convex
/// function of its lanes' counts, which is least when they are even: it shows the way where no visit is saved yet, and even counts
/// pack better. Where the longest row decides, that counts for less, or full layers would drown the others.
/// </para>
/// <para>Weighed on random and on pruned layers; the result hardly depends on the weights within a factor of two.</para>
/// </remarks>
internal sealed class LaneGrid
{
    private const int VisitCost = 48;
    private const int SlackCost = 12;
    private const int EvennessCost = 4;
    private const int EvennessDiscount = 4;
    private const int ConcentrationDivisor = 8;

    // A cell's cost: its visits above this bit, its unevenness below.
    private const int VisitShift = 32;
    private const ulong EachLane = 0x0101_0101_0101_0101;
    private const ulong EachLaneTop = 0x8080_8080_8080_8080;

    private readonly int _lanes;
    private readonly int _groups;
    private readonly int[] _rowLengths;

    // Two words for each (column, group) and (block, group): one byte a lane, lanes 0 to 7 in the first word, the others in the second.
    private readonly ulong[] _columns;
    private readonly ulong[] _cells;
    private readonly long[] _costs;
    private readonly int[] _visits;
    private readonly int[] _longest;

    /// <summary>Lays a matrix out.</summary>
    /// <param name="weights">The layer.</param>
    /// <param name="lanes">L, 1 to 16.</param>
    /// <param name="rowOrder">The row at each position.</param>
    /// <param name="columnOrder">The column at each position, or -1 where a position stays empty; a multiple of L positions.</param>
    public LaneGrid(SparseMatrix weights, int lanes, int[] rowOrder, int[] columnOrder)
    {
        _lanes = lanes;
        _groups = (rowOrder.Length + lanes - 1) / lanes;
        _rowLengths = new int[_groups * lanes];
        _columns = new ulong[2 * columnOrder.Length * _groups];
        var positions = new int[weights.Columns];
        for (int p = 0; p < columnOrder.Length; p++)
        {
            if (columnOrder[p] >= 0) positions[columnOrder[p]] = p;
        }

        for (int r = 0; r < rowOrder.Length; r++)
        {
            int row = rowOrder[r], lane = r % lanes;
            _rowLengths[r] = weights.RowCount(row);
            for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
            {
                _columns[2 * (positions[weights.ColumnIndex(i)] * _groups + r / lanes) + Word(lane)] |= 1UL << Shift(lane);
            }
        }

        int blocks = columnOrder.Length / lanes;
        _cells = new ulong[2 * blocks * _groups];
        for (int p = 0; p < columnOrder.Length; p++)
        {
            for (int i = 0; i < 2 * _groups; i++) _cells[p / lanes * 2 * _groups + i] += _columns[p * 2 * _groups + i];
        }

        _costs = new long[blocks * _groups];
        _visits = new int[_groups];
        _longest = new int[_groups];
        for (int cell = 0; cell < _costs.Length; cell++) Weigh(cell);
        for (int group = 0; group < _groups; group++) _longest[group] = LongestRow(group, -1, 0);
    }

    /// <summary>How many cells <see cref="RowSwapCost"/> looks at.</summary>
    public int CellsPerRowSwap => 2 * _costs.Length / _groups;

    /// <summary>How many cells <see cref="ColumnSwapCost"/> looks at.</summary>
    public int CellsPerColumnSwap => 2 * _groups;

    /// <summary>
    /// By how much the cost would change if the columns at positions <paramref name="p"/> and <paramref name="q"/> changed places.
    /// </summary>
    [MethodImpl(HotCode.Optimized)]
    public int ColumnSwapCost(int p, int q)
    {
        int change = 0, pBlock = p / _lanes * _groups, qBlock = q / _lanes * _groups, pColumn = p * _groups, qColumn = q * _groups;
        for (int group = 0; group < _groups; group++)
        {
            ulong low = _columns[2 * (qColumn + group)] - _columns[2 * (pColumn + group)];
            ulong high = _columns[2 * (qColumn + group) + 1] - _columns[2 * (pColumn + group) + 1];
            if ((low | high) == 0) continue;
            int pCell = pBlock + group, qCell = qBlock + group;
            long cells = CellCost(_cells[2 * pCell] + low, _cells[2 * pCell + 1] + high) - _costs[pCell]
                + CellCost(_cells[2 * qCell] - low, _cells[2 * qCell + 1] - high) - _costs[qCell];
            int visits = VisitsOf(cells);
            change += Unevenness(group, cells);
            if (visits == 0) continue;
            change += GroupCost(_visits[group] + visits, _longest[group]) - GroupCost(_visits[group], _longest[group]);
        }

        return change;
    }

    /// <summary>Lets the columns at two positions change places.</summary>
    [MethodImpl(HotCode.Optimized)]
    public void SwapColumns(int p, int q)
    {
        for (int group = 0; group < _groups; group++)
        {
            int pCell = p / _lanes * _groups + group, qCell = q / _lanes * _groups + group;
            for (int word = 0; word < 2; word++)
            {
                ref ulong pLanes = ref _columns[2 * (p * _groups + group) + word], qLanes = ref _columns[2 * (q * _groups + group) + word];
                _cells[2 * pCell + word] += qLanes - pLanes;
                _cells[2 * qCell + word] += pLanes - qLanes;
                (pLanes, qLanes) = (qLanes, pLanes);
            }

            Weigh(pCell);
            Weigh(qCell);
        }
    }

    /// <summary>
    /// By how much the cost would change if the rows at positions <paramref name="r"/> and <paramref name="s"/>, of two groups, changed
    /// places.
    /// </summary>
    [MethodImpl(HotCode.Optimized)]
    public int RowSwapCost(int r, int s)
    {
        int rGroup = r / _lanes, sGroup = s / _lanes;
        long rCells = 0, sCells = 0;
        for (int cell = 0; cell < _costs.Length; cell += _groups)
        {
            ulong difference = Count(cell + sGroup, s % _lanes) - Count(cell + rGroup, r % _lanes);
            if (difference == 0) continue;
            rCells += CostWith(cell + rGroup, r % _lanes, difference) - _costs[cell + rGroup];
            sCells += CostWith(cell + sGroup, s % _lanes, 0 - difference) - _costs[cell + sGroup];
        }

        return Unevenness(rGroup, rCells) + Unevenness(sGroup, sCells)
            + GroupCost(_visits[rGroup] + VisitsOf(rCells), LongestRow(rGroup, r, _rowLengths[s]))
            + GroupCost(_visits[sGroup] + VisitsOf(sCells), LongestRow(sGroup, s, _rowLengths[r]))
            - GroupCost(_visits[rGroup], _longest[rGroup]) - GroupCost(_visits[sGroup], _longest[sGroup]);
    }

    /// <summary>Lets the rows at two positions of two groups change places.</summary>
    [MethodImpl(HotCode.Optimized)]
    public void SwapRows(int r, int s)
    {
        int rGroup = r / _lanes, sGroup = s / _lanes, rLane = r % _lanes, sLane = s % _lanes;
        (_rowLengths[r], _rowLengths[s]) = (_rowLengths[s], _rowLengths[r]);
        _longest[rGroup] = LongestRow(rGroup, -1, 0);
        _longest[sGroup] = LongestRow(sGroup, -1, 0);
        for (int cell = 0; cell < _costs.Length; cell += _groups)
        {
            ulong difference = Count(cell + sGroup, sLane) - Count(cell + rGroup, rLane);
            if (difference == 0) continue;
            _cells[2 * (cell + rGroup) + Word(rLane)] += difference << Shift(rLane);
            _cells[2 * (cell + sGroup) + Word(sLane)] -= difference << Shift(sLane);
            Weigh(cell + rGroup);
            Weigh(cell + sGroup);
        }

        for (int column = 0; column < _columns.Length / 2; column += _groups)
        {
            ref ulong rWord = ref _columns[2 * (column + rGroup) + Word(rLane)], sWord = ref _columns[2 * (column + sGroup) + Word(sLane)];
            ulong differs = (rWord >> Shift(rLane) ^ sWord >> Shift(sLane)) & 1;
            rWord ^= differs << Shift(rLane);
            sWord ^= differs << Shift(sLane);
        }
    }

    private static int Word(int lane) => lane >> 3;

    private static int Shift(int lane) => (lane & 7) << 3;

    private ulong Count(int cell, int lane) => _cells[2 * cell + Word(lane)] >> Shift(lane) & 0xFF;

    /// <summary>The cost of a cell when the count of one lane grows by <paramref name="difference"/>.</summary>
    private long CostWith(int cell, int lane, ulong difference)
    {
        ulong low = _cells[2 * cell], high = _cells[2 * cell + 1];
        if (lane < 8) low += difference << Shift(lane);
        else high += difference << Shift(lane);
        return CellCost(low, high);
    }

    private void Weigh(int cell)
    {
        int group = cell % _groups;
        _visits[group] -= VisitsOf(_costs[cell]);
        _costs[cell] = CellCost(_cells[2 * cell], _cells[2 * cell + 1]);
        _visits[group] += VisitsOf(_costs[cell]);
    }

    /// <summary>The longest row of a group in whole packets of four, the row at one position taken to be of another length.</summary>
    [MethodImpl(HotCode.Optimized)]
    private int LongestRow(int group, int position, int length)
    {
        int longest = 0;
        for (int r = group * _lanes; r < (group + 1) * _lanes; r++) longest = Math.Max(longest, r == position ? length : _rowLengths[r]);
        return (longest + PacketShape.Steps - 1) / PacketShape.Steps * PacketShape.Steps;
    }

    private static int GroupCost(int visits, int longest) => VisitCost * Math.Max(visits, longest) + SlackCost * Math.Min(visits, longest);

    private static int VisitsOf(long cells) => (int)((cells + (1L << (VisitShift - 1))) >> VisitShift);

    private int Unevenness(int group, long cells)
    {
        int unevenness = (int)(cells - ((long)VisitsOf(cells) << VisitShift));
        return _visits[group] < _longest[group] ? unevenness / EvennessDiscount : unevenness;
    }

    /// <summary>
    /// The visits, ceil(largest count / 2), and the unevenness: for each lane with k weights, k at least 2, four times
    /// 1 + 2 (1 + 2 + ... + (k - 2)); and for n lanes with weights n (32 - n) / 8, which leads to cells that are empty, without a visit.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long CellCost(ulong low, ulong high)
    {
        if ((low | high) == 0) return 0;
        int lanes = LanesWith(low + EachLane * 127 & EachLaneTop, high + EachLane * 127 & EachLaneTop);
        int visits = 1, unevenness = lanes * (2 * GroupWork.MaxLanes - lanes) / ConcentrationDivisor, weight = EvennessCost;
        for (ulong count = 2; ; count++)
        {
            // Bytes are at most 16, so adding 128 - count sets a byte's top bit exactly where it is at least count.
            ulong lowReached = low + EachLane * (128 - count) & EachLaneTop, highReached = high + EachLane * (128 - count) & EachLaneTop;
            if ((lowReached | highReached) == 0) return ((long)visits << VisitShift) + unevenness;
            visits += (int)(count & 1);
            unevenness += weight * LanesWith(lowReached, highReached);
            weight = 2 * EvennessCost * (int)(count - 1);
        }
    }

    /// <summary>The number of bytes with the top bit set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LanesWith(ulong low, ulong high) => (int)(((low >> 7) + (high >> 7)) * EachLane >> 56);
}
