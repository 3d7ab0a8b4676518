using System;
using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>
/// An order of a network's hidden units, and of its inputs where they may move, in which the permute kernel needs fewer packets: rows
/// that go together stand in one group of L, and columns stand in blocks in which no row has many weights.
/// </summary>
/// <remarks>
/// <para>
/// Moving a hidden unit costs nothing at run time: its row moves in its own layer and its column in the next one. Moving inputs costs a
/// copy of the input into another order. A copy by scalar loads and stores takes back more than any order gains; one that takes each
/// block from four neighbouring ones is two permutes and a blend a block, so inputs may be kept within spans of S blocks. Inputs
/// that nobody reads drop out, which may leave fewer blocks.
/// </para>
/// <para>
/// Rows of like length in a group are the idea of SELL-C-sigma (Kreutzer et al. 2014); the rest is a local search by swaps over the
/// estimate of <see cref="LaneGrid"/>, accepting small losses at first (threshold accepting, Dueck and Scheuer 1990). The effort
/// depends on the sizes alone and all numbers are integers, so the same network gives the same order everywhere. The result never needs
/// more packets than the order that was given.
/// </para>
/// </remarks>
internal sealed class LaneOrder
{
    // When the order that stands may fill this share of the slots, there is nothing worth a search.
    private const double GoodFill = 0.95;

    // Columns times groups of rows that a search may hold, at 16 bytes: 4,000 x 5,000 is a third of it.
    private const long MaxElements = 4_000_000;

    private LaneOrder(IReadOnlyList<DenseLayer> layers, IReadOnlyList<int[]> unitOrders, int[]? inputOrder, int lanes)
    {
        (Layers, UnitOrders, InputOrder) = (layers, unitOrders, inputOrder);
        foreach (DenseLayer layer in layers) PacketCount += ScheduleCache.Of(layer.Weights, lanes).PacketCount;
    }

    /// <summary>The layers in the new order, biases with their units.</summary>
    public IReadOnlyList<DenseLayer> Layers { get; }

    /// <summary>For each layer, the output that stands at each position; the last layer's outputs stay.</summary>
    public IReadOnlyList<int[]> UnitOrders { get; }

    /// <summary>
    /// The input that stands at each column of the first matrix, or -1 where none does (the column is empty); null when the inputs stay.
    /// </summary>
    public int[]? InputOrder { get; }

    /// <summary>The packets of all layers.</summary>
    public int PacketCount { get; }

    /// <summary>Finds an order.</summary>
    /// <param name="layers">Each reads the outputs of the one before; the outputs of all but the last may move.</param>
    /// <param name="lanes">L, 1 to 16.</param>
    /// <param name="inputSpan">
    /// Within how many neighbouring blocks of L an input may move: 0 when inputs stay, <see cref="int.MaxValue"/> when they move freely.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static LaneOrder Find(IReadOnlyList<DenseLayer> layers, int lanes, int inputSpan)
    {
        if (layers is null) throw new ArgumentNullException(nameof(layers));
        if (lanes is < 1 or > GroupWork.MaxLanes) throw new ArgumentOutOfRangeException(nameof(lanes), lanes, "Give 1 to 16 lanes.");
        if (inputSpan < 0) throw new ArgumentOutOfRangeException(nameof(inputSpan), inputSpan, "Give 0 or more blocks.");
        long weights = 0, elements = 0;
        int packetsAtLeast = 0;
        foreach (DenseLayer layer in layers)
        {
            weights += layer.Weights.Count;
            elements += layer.Weights.Columns * (long)((layer.Weights.Rows + lanes - 1) / lanes);
            packetsAtLeast += PermuteSchedule.PacketsAtLeast(layer.Weights, lanes);
        }

        bool isFull = weights >= GoodFill * PacketShape.Steps * lanes * packetsAtLeast;
        if (weights == 0 || isFull || elements > MaxElements) return Given(layers, lanes);

        var search = new LaneOrderSearch(layers, lanes, inputSpan);
        search.Run();
        var unitOrders = new List<int[]>();
        var ordered = new List<DenseLayer>();
        for (int i = 0; i < layers.Count; i++)
        {
            int[] units = search.Order(i + 1);
            unitOrders.Add(units);
            ordered.Add(layers[i] with
            {
                Weights = MatrixOrder.Apply(layers[i].Weights, units, search.Order(i)),
                Biases = FloatVector.Own(Array.ConvertAll(units, unit => layers[i].Biases[unit])),
            });
        }

        var found = new LaneOrder(ordered, unitOrders, inputSpan > 0 ? search.Order(0) : null, lanes);
        if (found.PacketCount <= packetsAtLeast) return found;
        LaneOrder given = Given(layers, lanes);
        return found.PacketCount < given.PacketCount ? found : given;
    }

    private static LaneOrder Given(IReadOnlyList<DenseLayer> layers, int lanes)
    {
        var orders = new List<int[]>();
        foreach (DenseLayer layer in layers) orders.Add(MatrixOrder.Identity(layer.Weights.Rows));
        return new LaneOrder(layers, orders, null, lanes);
    }
}
