using System;
using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>
/// An order of a network's hidden units, and of its inputs where they may move, in which the permute kernel needs fewer packets: rows that go
/// together stand in one group of L, and columns stand in blocks in which no row has many weights.
/// </summary>
/// <remarks>
/// <para>
/// Moving a hidden unit costs nothing at run time: its row moves in its own layer and its column in the next one. Moving inputs costs a copy of
/// the input into another order; one that takes each block of L from S neighbouring blocks is a few permutes a block, so
/// inputs may be kept within spans of S blocks. Inputs that nobody reads drop out, which may leave fewer blocks.
/// </para>
/// <para>
/// Rows of like length in a group are the idea of SELL-C-sigma (Kreutzer et al. 2014); the rest is a local search by swaps over the estimate
/// of <see cref="LaneGrid"/>, accepting small losses at first (threshold accepting, Dueck and Scheuer 1990). The effort is
/// fixed for each unit and the numbers are integers, so the same network gives the same order everywhere. The result never needs more
/// packets than the order that was given.
/// </para>
/// </remarks>
internal sealed class LaneOrder
{
    // When the order that stands leaves no more than this share of slots empty, there is nothing worth a search.
    private const double GoodFill = 0.95;

    private LaneOrder(IReadOnlyList<SparseMatrix> layers, IReadOnlyList<int[]> unitOrders, int[]? inputOrder, int lanes)
    {
        (Layers, UnitOrders, InputOrder) = (layers, unitOrders, inputOrder);
        var schedules = new PermuteSchedule[layers.Count];
        for (int i = 0; i < schedules.Length; i++)
        {
            schedules[i] = ScheduleCache.Of(layers[i], lanes);
            PacketCount += schedules[i].PacketCount;
        }

        Schedules = schedules;
    }

    /// <summary>The layers' matrices in the new order.</summary>
    public IReadOnlyList<SparseMatrix> Layers { get; }

    /// <summary>For each layer, the output that stands at each position; the last layer's outputs stay.</summary>
    public IReadOnlyList<int[]> UnitOrders { get; }

    /// <summary>
    /// The input that stands at each column of the first matrix, or -1 where none does (the column is empty); null when the inputs stay.
    /// </summary>
    public int[]? InputOrder { get; }

    /// <summary>The schedules of <see cref="Layers"/>.</summary>
    public IReadOnlyList<PermuteSchedule> Schedules { get; }

    /// <summary>The packets of all layers.</summary>
    public int PacketCount { get; }

    /// <summary>Finds an order.</summary>
    /// <param name="layers">The matrices, each reading the outputs of the one before; the outputs of all but the last may move.</param>
    /// <param name="lanes">L, 1 to 16.</param>
    /// <param name="inputSpan">
    /// Within how many neighbouring blocks of L an input may move: 0 when inputs stay, <see cref="int.MaxValue"/> when they move freely.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static LaneOrder Find(IReadOnlyList<SparseMatrix> layers, int lanes, int inputSpan)
    {
        if (layers is null) throw new ArgumentNullException(nameof(layers));
        if (lanes is < 1 or > GroupWork.MaxLanes) throw new ArgumentOutOfRangeException(nameof(lanes), lanes, "Give 1 to 16 lanes.");
        if (inputSpan < 0) throw new ArgumentOutOfRangeException(nameof(inputSpan), inputSpan, "Give 0 or more blocks.");
        LaneOrder given = Given(layers, lanes);
        int weights = 0;
        foreach (SparseMatrix layer in layers) weights += layer.Count;
        if (weights >= GoodFill * PacketShape.Steps * lanes * given.PacketCount) return given;

        var search = new LaneOrderSearch(layers, lanes, inputSpan);
        search.Run();
        var unitOrders = new List<int[]>();
        var ordered = new List<SparseMatrix>();
        for (int i = 0; i < layers.Count; i++)
        {
            unitOrders.Add(search.UnitOrder(i + 1));
            ordered.Add(MatrixOrder.Apply(layers[i], unitOrders[i], i == 0 && inputSpan > 0 ? search.InputOrder : search.UnitOrder(i)));
        }

        var found = new LaneOrder(ordered, unitOrders, inputSpan > 0 ? search.InputOrder : null, lanes);
        return found.PacketCount < given.PacketCount ? found : given;
    }

    private static LaneOrder Given(IReadOnlyList<SparseMatrix> layers, int lanes)
    {
        var orders = new List<int[]>();
        foreach (SparseMatrix layer in layers) orders.Add(MatrixOrder.Identity(layer.Rows));
        return new LaneOrder(layers, orders, null, lanes);
    }
}
