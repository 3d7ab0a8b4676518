using System.Runtime.CompilerServices;
using System;
using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>
/// The local search of <see cref="LaneOrder"/>. Between two layers, and before the first one, is a boundary: the order of the values that
/// pass there is at once the row order of the layer before and the column order of the layer behind, so a swap is judged by both.
/// </summary>
internal sealed class LaneOrderSearch
{
    // Swaps tried for each value of a boundary: twice as many gain 0.5 % of the packets, half as many lose 1 %. A swap looks at some cells
    // of the grids, at about 10 ns; there are fewer swaps where 200 would look at more cells than these, and fewer yet where there are many
    // weights: their schedules take long too, and an order gains them less. A third of the looks loses 2 % of the packets of 784 x 300 at
    // 4,700 weights, 1 % at 11,800, and nothing at 23,500 or of a trained 784-300-100-10 at 22,000.
    private const int SwapsPerValue = 200;
    private const double MostLooks = 6e6;
    private const double FewWeights = 13_000;
    private const double LooksPerWeight = 40;

    // Losses up to this are accepted at the start, none at the end.
    private const int FirstThreshold = 40;

    private readonly int _lanes;
    private readonly LaneGrid[] _grids;
    private readonly int[][] _orders;
    private readonly int[] _counts;
    private readonly long _swaps;
    private readonly int[] _spanOfInputs;
    private uint _random = 12345;

    /// <summary>
    /// Starts from rows sorted by length, which alone is worth something where lengths differ; the longest first, so that the short rows
    /// are left for the group with empty lanes.
    /// </summary>
    public LaneOrderSearch(IReadOnlyList<DenseLayer> layers, int lanes, int inputSpan)
    {
        _lanes = lanes;
        _orders = new int[layers.Count + 1][];
        _counts = new int[layers.Count + 1];
        (_orders[0], _spanOfInputs) = StartOfInputs(layers[0].Weights, lanes, inputSpan);
        _counts[0] = inputSpan == 0 ? 0 : _orders[0].Length;
        for (int i = 0; i < layers.Count; i++)
        {
            int[] order = MatrixOrder.Identity(layers[i].Weights.Rows);
            if (i < layers.Count - 1)
            {
                int[] lengths = Array.ConvertAll(order, layers[i].Weights.RowCount);

                // Ties by index: Array.Sort alone does not keep the order of equals.
                Array.Sort(order, (a, b) => lengths[a] != lengths[b] ? lengths[b].CompareTo(lengths[a]) : a.CompareTo(b));
                _counts[i + 1] = order.Length;
            }

            _orders[i + 1] = order;
        }

        _grids = new LaneGrid[layers.Count];
        for (int i = 0; i < layers.Count; i++)
        {
            _grids[i] = new LaneGrid(layers[i].Weights, lanes, _orders[i + 1], MatrixOrder.Pad(_orders[i], lanes));
        }

        _swaps = Effort(layers);
    }

    /// <summary>
    /// What stands at each position of a boundary: for 0 the network's inputs, -1 where there is none; else the outputs of the layer
    /// before.
    /// </summary>
    public int[] Order(int boundary) => _orders[boundary];

    /// <summary>Searches, with an effort that depends on the sizes alone.</summary>
    [MethodImpl(HotCode.Optimized)]
    public void Run()
    {
        int values = 0;
        foreach (int count in _counts) values += count;
        for (long done = 0; done < _swaps; done++)
        {
            int threshold = Next((int)(FirstThreshold * (_swaps - done) / _swaps) + 1);
            int boundary = 0, p = Next(values);
            while (p >= _counts[boundary]) p -= _counts[boundary++];
            int q = boundary == 0 ? NextInSpan(p) : Next(_counts[boundary]);
            if (p / _lanes != q / _lanes) Try(boundary, p, q, threshold);
        }
    }

    /// <summary>How many swaps to try.</summary>
    private long Effort(IReadOnlyList<DenseLayer> layers)
    {
        long swaps = 0, looks = 0, weights = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            swaps += SwapsPerValue * (long)_counts[i];
            int cells = (i == 0 ? 0 : _grids[i - 1].CellsPerRowSwap) + (i == _grids.Length ? 0 : _grids[i].CellsPerColumnSwap);
            looks += SwapsPerValue * (long)_counts[i] * cells;
        }

        foreach (DenseLayer layer in layers) weights += layer.Weights.Count;
        double surplus = Math.Max(1, weights / FewWeights), allowed = MostLooks / (surplus * surplus) + LooksPerWeight * weights;
        return (long)(swaps * Math.Min(1, allowed / Math.Max(1, looks)));
    }

    [MethodImpl(HotCode.Optimized)]
    private void Try(int boundary, int p, int q, int threshold)
    {
        LaneGrid? before = boundary == 0 ? null : _grids[boundary - 1], behind = boundary == _grids.Length ? null : _grids[boundary];
        int cost = (before?.RowSwapCost(p, q) ?? 0) + (behind?.ColumnSwapCost(p, q) ?? 0);
        if (cost > threshold) return;
        before?.SwapRows(p, q);
        behind?.SwapColumns(p, q);
        int[] order = _orders[boundary];
        (order[p], order[q]) = (order[q], order[p]);
    }

    /// <summary>
    /// The inputs that are read, each span of blocks in blocks of its own; and for each block, two numbers: the first block of its span and
    /// how many there are.
    /// </summary>
    private static (int[] Order, int[] Spans) StartOfInputs(SparseMatrix first, int lanes, int span)
    {
        if (span == 0) return (MatrixOrder.Identity(first.Columns), []);
        var read = new bool[first.Columns];
        foreach (int column in first.RawColumnIndices) read[column] = true;
        var order = new List<int>();
        var spans = new List<int>();
        int width = (int)Math.Min((long)span * lanes, first.Columns);
        for (int start = 0; start < first.Columns; start += width)
        {
            int firstBlock = order.Count / lanes;
            for (int column = start; column < Math.Min(first.Columns, start + width); column++)
            {
                if (read[column]) order.Add(column);
            }

            while (order.Count % lanes != 0) order.Add(-1);
            int blocks = order.Count / lanes - firstBlock;
            for (int block = 0; block < blocks; block++) spans.AddRange([firstBlock, blocks]);
        }

        if (order.Count == 0) return (MatrixOrder.Pad([-1], lanes), [0, 1]);
        return ([.. order], [.. spans]);
    }

    private int NextInSpan(int p)
    {
        int block = p / _lanes;
        return (_spanOfInputs[2 * block] + Next(_spanOfInputs[2 * block + 1])) * _lanes + Next(_lanes);
    }

    /// <summary>The next random number from 0 to <paramref name="below"/> - 1 (xorshift, Marsaglia 2003).</summary>
    private int Next(int below)
    {
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        return (int)((ulong)_random * (uint)below >> 32);
    }
}
