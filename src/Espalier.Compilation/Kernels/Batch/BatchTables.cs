using System;
using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Batch;

/// <summary>
/// A layer as the batch kernel reads it: tile after tile, in a tile pair after pair of rows, and of a pair first the inputs that both
/// rows read, then those that only one reads: as long as both have some, one of each by turns (eight independent sums hide the
/// latency of the multiply-adds), then what is left of the first or of the second row.
/// </summary>
internal sealed class BatchTables
{
    private const int NotRead = -1;

    private BatchTables(BatchTiling tiling, int[] order)
    {
        (Tiling, Order) = (tiling, order);
        Pairs = (order.Length + 1) / 2;
        Starts = new int[2 * tiling.Count];
        Biases = new float[2 * Pairs];
    }

    /// <summary>How the inputs are cut into tiles.</summary>
    public BatchTiling Tiling { get; }

    /// <summary>The matrix row of each sum, in the order in which the sums lie in memory.</summary>
    public int[] Order { get; }

    /// <summary>The number of pairs; an odd last row is paired with one of no terms.</summary>
    public int Pairs { get; }

    /// <summary>
    /// For each tile and pair four counts: of inputs for both rows, of turns, of inputs for the first row, for the second.
    /// </summary>
    public List<byte> Steps { get; } = [];

    /// <summary>The input's place in its tile: one for an input of both rows, two for a turn, one for a single input.</summary>
    public List<byte> Indices { get; } = [];

    /// <summary>The weights: two for an input of both rows, two for a turn, one for a single input.</summary>
    public List<float> Weights { get; } = [];

    /// <summary>For each tile the positions of its first index and of its first weight.</summary>
    public int[] Starts { get; }

    /// <summary>The biases in the order of the sums, 0 for a row that is not there.</summary>
    public float[] Biases { get; }

    /// <summary>The terms whose input is loaded for two rows at once.</summary>
    public int SharedTerms { get; private set; }

    /// <summary>All bytes of the tables.</summary>
    public long Bytes =>
        Steps.Count + Indices.Count + sizeof(float) * (long)(Weights.Count + Biases.Length) + sizeof(int) * (long)Starts.Length;

    /// <summary>Lays out a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="order">
    /// Its rows in the order in which their sums are to lie in memory; neighbours 2i and 2i + 1 are computed together.
    /// </param>
    /// <param name="slots">For each column the place where the layer finds it.</param>
    /// <param name="tiling">The tiles of these places.</param>
    public static BatchTables Of(DenseLayer layer, int[] order, int[] slots, BatchTiling tiling)
    {
        var tables = new BatchTables(tiling, order);
        for (int i = 0; i < order.Length; i++) tables.Biases[i] = layer.Biases[order[i]];

        // The terms of each tile and row; null where there are none.
        var rows = new List<Term>?[tiling.Count][];
        for (int tile = 0; tile < rows.Length; tile++) rows[tile] = new List<Term>?[2 * tables.Pairs];
        for (int i = 0; i < order.Length; i++) Spread(layer.Weights, order[i], i, slots, tiling, rows);

        var place = new int[tiling.Width];
        for (int i = 0; i < place.Length; i++) place[i] = NotRead;
        for (int tile = 0; tile < tiling.Count; tile++)
        {
            tables.Starts[2 * tile] = tables.Indices.Count;
            tables.Starts[2 * tile + 1] = tables.Weights.Count;
            for (int pair = 0; pair < tables.Pairs; pair++) tables.Add(rows[tile][2 * pair] ?? [], rows[tile][2 * pair + 1] ?? [], place);
        }

        return tables;
    }

    private static void Spread(SparseMatrix weights, int row, int position, int[] slots, BatchTiling tiling, List<Term>?[][] rows)
    {
        for (int j = weights.RowStart(row); j < weights.RowStart(row + 1); j++)
        {
            int slot = slots[weights.ColumnIndex(j)], tile = slot / tiling.Width;
            (rows[tile][position] ??= []).Add(new Term((byte)(slot - tile * tiling.Width), weights.Value(j)));
        }
    }

    /// <summary>
    /// Appends one pair of rows in one tile. <paramref name="place"/> holds <see cref="NotRead"/> everywhere, before and after.
    /// </summary>
    private void Add(List<Term> first, List<Term> second, int[] place)
    {
        for (int i = 0; i < second.Count; i++) place[second[i].Slot] = i;
        var ofFirst = new List<Term>();
        int shared = 0;
        foreach (Term term in first)
        {
            int partner = place[term.Slot];
            if (partner == NotRead)
            {
                ofFirst.Add(term);
                continue;
            }

            place[term.Slot] = NotRead;
            Indices.Add(term.Slot);
            Weights.Add(term.Weight);
            Weights.Add(second[partner].Weight);
            shared++;
        }

        List<Term> ofSecond = second.FindAll(term => place[term.Slot] != NotRead);
        foreach (Term term in ofSecond) place[term.Slot] = NotRead;
        int turns = Math.Min(ofFirst.Count, ofSecond.Count);
        for (int i = 0; i < turns; i++)
        {
            Add(ofFirst[i]);
            Add(ofSecond[i]);
        }

        for (int i = turns; i < ofFirst.Count; i++) Add(ofFirst[i]);
        for (int i = turns; i < ofSecond.Count; i++) Add(ofSecond[i]);
        Steps.AddRange([(byte)shared, (byte)turns, (byte)(ofFirst.Count - turns), (byte)(ofSecond.Count - turns)]);
        SharedTerms += 2 * shared;
    }

    private void Add(Term term)
    {
        Indices.Add(term.Slot);
        Weights.Add(term.Weight);
    }

    private readonly record struct Term(byte Slot, float Weight);
}
