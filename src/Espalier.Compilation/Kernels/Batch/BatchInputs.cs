using System;
using System.Collections.Generic;

namespace Espalier.Compilation.Kernels.Batch;

/// <summary>
/// How the inputs that the first layer reads come from the caller's rows into the panel of a tile: in groups of four neighbours, which a
/// transposition in registers takes, or one by one where a sample has fewer than four.
/// </summary>
internal sealed class BatchInputs
{
    /// <summary>The inputs of a group.</summary>
    public const int GroupInputs = 4;

    private BatchInputs(bool hasGroups) => HasGroups = hasGroups;

    /// <summary>Whether inputs come in groups.</summary>
    public bool HasGroups { get; }

    /// <summary>The first input of each group, or each input, tile after tile.</summary>
    public List<int> Columns { get; } = [];

    /// <summary>For each input of each group the row of the panel.</summary>
    public List<byte> Places { get; } = [];

    /// <summary>For each tile its first group and, behind the last one, the number of groups.</summary>
    public List<int> Starts { get; } = [0];

    /// <summary>Plans the transposition.</summary>
    /// <param name="read">The inputs that are read, in rising order; input i goes to row i, counted from the first of its tile.</param>
    /// <param name="inputLength">All inputs of a sample.</param>
    /// <param name="tiling">The tiles of <paramref name="read"/>.</param>
    public static BatchInputs Of(IReadOnlyList<int> read, int inputLength, BatchTiling tiling)
    {
        var inputs = new BatchInputs(inputLength >= GroupInputs);
        for (int tile = 0; tile < tiling.Count; tile++)
        {
            int start = tiling.Start(tile), end = tiling.Start(tile + 1);
            if (inputs.HasGroups) inputs.AddGroups(read, start, end, inputLength);
            for (int i = start; i < end && !inputs.HasGroups; i++) inputs.Columns.Add(read[i]);
            inputs.Starts.Add(inputs.Columns.Count);
        }

        return inputs;
    }

    /// <summary>
    /// Covers the inputs of a tile by groups from the left. An input of a group that the tile does not have is put where the next one
    /// goes a moment later, so nothing has to be skipped; the last one may need a row behind those of the tile.
    /// </summary>
    private void AddGroups(IReadOnlyList<int> read, int start, int end, int inputLength)
    {
        for (int next = start; next < end;)
        {
            // The last group of a sample begins earlier, so that it does not reach into the next sample; it repeats what it reaches back
            // to.
            int column = Math.Min(read[next], inputLength - GroupInputs);
            int at = next;
            while (at > start && read[at - 1] >= column) at--;
            Columns.Add(column);
            for (int i = 0; i < GroupInputs; i++)
            {
                Places.Add((byte)(at - start));
                if (at < end && read[at] == column + i) at++;
            }

            next = at;
        }
    }
}
