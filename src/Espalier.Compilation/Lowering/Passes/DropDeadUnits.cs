using System;
using System.Collections.Generic;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Removes hidden units that cannot matter, until none is left: a unit without outgoing weights is read by nobody; a unit without
/// incoming weights is the constant f(bias), which is folded into the biases that follow; and when a layer has no weights at all, the
/// layers before it are of no use.
/// </summary>
/// <remarks>
/// <para>
/// Before: no stored weight is zero. After: every unit of a hidden layer is read by the next one and, unless its layer is a softmax or
/// folding would overflow, has a weight of its own; only the first layer can be without weights, and only if it is a softmax or the last.
/// Inputs and outputs of the network stay. The units of a hidden softmax all stay, because each is a share of their common sum.
/// </para>
/// <para>
/// Example: in a 2-3-1 network with ReLU whose hidden units are <c>a</c> (no incoming weight, bias 2, outgoing weight 0.5), <c>b</c> (no
/// outgoing weight) and <c>c</c> (both), <c>a</c> adds 1 to the output's bias and <c>a</c> and <c>b</c> go: a 2-1-1 network is left.
/// </para>
/// </remarks>
internal static class DropDeadUnits
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "drop dead units";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        var layers = new List<DenseLayer>();
        for (int i = 0; i < lowered.LayerCount; i++) layers.Add(lowered.Dense(i));
        int folded = 0, removed = 0;
        bool changed;
        do
        {
            // Constants travel forwards and absence of readers travels backwards, so one round nearly always settles it.
            changed = CutBeforeEmptyLayer(layers, lowered.Header.InputLength, ref removed);
            for (int i = 0; i + 1 < layers.Count; i++) changed |= FoldConstants(layers, i, ref folded);
            for (int i = layers.Count - 2; i >= 0; i--) changed |= RemoveUnread(layers, i, ref removed);
        }
        while (changed);

        if (removed == 0) return lowered;
        return (lowered with { FoldedUnits = lowered.FoldedUnits + folded }).WithLayers([.. layers]).WithNote(
            Name, $"hidden units removed: {removed}; constants folded into the biases they fed: {folded}");
    }

    /// <summary>
    /// Lets the last layer without any weight read the network's inputs, which it does not look at, in place of its predecessors.
    /// </summary>
    private static bool CutBeforeEmptyLayer(List<DenseLayer> layers, int inputLength, ref int removed)
    {
        int index = layers.FindLastIndex(layer => layer.Weights.Count == 0);
        if (index <= 0) return false;
        for (int i = 0; i < index; i++) removed += layers[i].Weights.Rows;
        layers[index] = layers[index] with { Weights = MatrixEdit.Empty(layers[index].Weights.Rows, inputLength) };
        layers.RemoveRange(0, index);
        return true;
    }

    /// <summary>
    /// Moves what the constant units of layer <paramref name="index"/> feed into the next layer's biases; the units are unread then.
    /// </summary>
    private static bool FoldConstants(List<DenseLayer> layers, int index, ref int folded)
    {
        DenseLayer layer = layers[index], next = layers[index + 1];
        if (!layer.Activation.IsElementwise) return false;
        bool[] read = MatrixEdit.ReadColumns(next.Weights);
        var constants = new float[layer.Weights.Rows];
        var fold = new bool[constants.Length];
        for (int unit = 0; unit < fold.Length; unit++)
        {
            fold[unit] = read[unit] && layer.Weights.RowCount(unit) == 0;
            if (fold[unit]) constants[unit] = ActivationMath.Apply(layer.Activation, layer.Biases[unit]);
        }

        float[] biases = FoldedBiases(next, constants, fold);
        int count = Array.FindAll(fold, folds => folds).Length;
        if (count == 0) return false;
        folded += count;
        layers[index + 1] = next with
        {
            Weights = MatrixEdit.KeepEntries(next.Weights, (_, column, _) => !fold[column]),
            Biases = FloatVector.Own(biases),
        };
        return true;
    }

    /// <summary>
    /// The biases with the constants added; a unit that would make one of them infinite is struck from <paramref name="fold"/>.
    /// </summary>
    private static float[] FoldedBiases(DenseLayer next, float[] constants, bool[] fold)
    {
        SparseMatrix weights = next.Weights;
        while (true)
        {
            float[] biases = next.Biases.ToArray();
            int overflow = -1;
            for (int row = 0; row < weights.Rows && overflow < 0; row++)
            {
                for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
                {
                    int column = weights.ColumnIndex(i);
                    if (!fold[column]) continue;
                    biases[row] += weights.Value(i) * constants[column];
                    if (FloatBits.IsFinite(biases[row])) continue;
                    overflow = column;
                    break;
                }
            }

            if (overflow < 0) return biases;
            fold[overflow] = false;
        }
    }

    /// <summary>Removes the units of layer <paramref name="index"/> that the next layer does not read.</summary>
    private static bool RemoveUnread(List<DenseLayer> layers, int index, ref int removed)
    {
        DenseLayer layer = layers[index], next = layers[index + 1];
        bool[] read = MatrixEdit.ReadColumns(next.Weights);
        int kept = Array.FindAll(read, isRead => isRead).Length;

        // When the next layer reads nothing at all, the whole layer goes in the next round instead.
        if (!layer.Activation.IsElementwise || kept == read.Length || kept == 0) return false;
        removed += read.Length - kept;
        var biases = new float[kept];
        for (int unit = 0, at = 0; unit < read.Length; unit++)
        {
            if (read[unit]) biases[at++] = layer.Biases[unit];
        }

        layers[index] = layer with { Weights = MatrixEdit.KeepRows(layer.Weights, read), Biases = FloatVector.Own(biases) };
        layers[index + 1] = next with { Weights = MatrixEdit.KeepColumns(next.Weights, read) };
        return true;
    }
}
