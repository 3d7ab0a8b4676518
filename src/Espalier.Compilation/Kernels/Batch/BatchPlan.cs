using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Batch;

/// <summary>
/// How the dense layers at the end of a network, mostly all it has, compute many samples: samples in lanes, four registers of them through
/// all layers before the next ones, each layer as <see cref="BatchTables"/> lay it out. The same tables serve all register widths.
/// </summary>
internal sealed class BatchPlan
{
    /// <summary>The registers of samples in a tile.</summary>
    public const int TileRegisters = 4;

    private static readonly ConditionalWeakTable<Network, BatchPlan> s_plans = new();

    private BatchPlan(DenseLayer[] layers, bool isWhole)
    {
        (IsWhole, InputLength) = (isWhole, layers[0].Weights.Columns);
        var tables = new BatchTables[layers.Length];

        // Hidden units lie in the order of the pairs, and so does what the next layer reads; outputs keep their order.
        bool[] isRead = new bool[InputLength];
        foreach (int column in layers[0].Weights.RawColumnIndices) isRead[column] = true;
        int[] read = [.. Enumerable.Range(0, isRead.Length).Where(i => isRead[i])];
        int[] places = Inverse(read, isRead.Length);
        int count = read.Length;
        for (int i = 0; i < layers.Length; i++)
        {
            int rows = layers[i].Weights.Rows;
            int[] order = i == layers.Length - 1 ? [.. Enumerable.Range(0, rows)] : RowPairing.Order(layers[i].Weights);
            tables[i] = BatchTables.Of(layers[i], order, places, new BatchTiling(count));
            places = Inverse(order, rows);
            count = rows;
        }

        (Layers, Tables) = (layers, tables);
        Inputs = BatchInputs.Of(read, InputLength, tables[0].Tiling);

        // Of the inputs only a tile is kept, with the row behind it that the transposition may need.
        (PanelRows, int[] offsets) = ScratchPlacer.PlaceInTurn([tables[0].Tiling.Width + 1, .. tables.Select(table => 2 * table.Pairs)]);
        PanelOffsets = offsets;
    }

    /// <summary>The layers: the dense ones at the end of the network, each of which reads the one before it.</summary>
    public IReadOnlyList<DenseLayer> Layers { get; }

    /// <summary>Whether these are all layers; otherwise those before them are computed sample by sample.</summary>
    public bool IsWhole { get; }

    /// <summary>The values of a sample that the first of the layers reads.</summary>
    public int InputLength { get; }

    /// <summary>The tables of each layer.</summary>
    public IReadOnlyList<BatchTables> Tables { get; }

    /// <summary>How the inputs come into the panel.</summary>
    public BatchInputs Inputs { get; }

    /// <summary>The rows of scratch memory, each as long as a tile has samples.</summary>
    public int PanelRows { get; }

    /// <summary>The first row of the panel of the inputs and of each layer's outputs.</summary>
    public IReadOnlyList<int> PanelOffsets { get; }

    /// <summary>The plan of a lowered network; estimate and emission share it, and it goes when the network goes. Null when samples are
    /// computed one by one: without registers, or when the last layer is not dense.</summary>
    public static BatchPlan? Of(LoweredNetwork lowered) =>
        lowered.Options.VectorWidths.Length == 0 || lowered.Network.Layers[lowered.LayerCount - 1] is not DenseLayer
            ? null
            : s_plans.GetValue(lowered.Network,
                network => new BatchPlan(DenseTail(network), network.IsChain && network.Layers.All(layer => layer is DenseLayer)));

    /// <summary>The number of stages of <paramref name="plan"/> that come before the layers computed for many samples.</summary>
    public int StagesBefore(WidthPlan plan) => plan.Stages.Length - Layers.Count;

    private static DenseLayer[] DenseTail(Network network)
    {
        int first = network.Layers.Length - 1;
        while (network.SourcesOf(first)[0] is >= 0 and int source && source == first - 1 && network.Layers[source] is DenseLayer) first--;
        return [.. network.Layers.Skip(first).Cast<DenseLayer>()];
    }

    /// <summary>The samples of a tile.</summary>
    public static int TileSamples(VectorWidth width) => TileRegisters * width.Lanes();

    private static int[] Inverse(int[] order, int length)
    {
        var places = new int[length];
        for (int i = 0; i < order.Length; i++) places[order[i]] = i;
        return places;
    }
}
