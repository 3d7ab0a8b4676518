using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>Makes networks that are smaller in fact, not just full of zeros.</summary>
public static class NetworkShrinker
{
    /// <summary>
    /// A network of its own without the hidden units that <see cref="UnitFolding.Fold(TrainableNetwork)"/> folds away, removed ones above
    /// all. Inputs and outputs stay; a layer in which nothing is read keeps one unit. The weights that stay keep their masks. The
    /// function is
    /// the same; sums that a folded unit's part went into may round differently.
    /// </summary>
    /// <param name="network">The network, which stays as it is.</param>
    /// <exception cref="EspalierException">The network has layers whose units cannot be removed.</exception>
    public static TrainableNetwork Shrink(TrainableNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        TrainableNetwork folded = network.Clone();
        UnitFolding.Fold(folded);
        var layers = new UnitLayers(folded);
        int[][] kept = [.. Enumerable.Range(0, layers.Count).Select(layer => Kept(layers, layer)), All(network.OutputShape.Length)];
        return new TrainableNetwork(network.Name, network.InputShape,
            [.. Enumerable.Range(0, layers.Count).Select(i => Smaller(layers.Reader(i), kept[i], kept[i + 1]))]);
    }

    private static int[] All(int count) => [.. Enumerable.Range(0, count)];

    private static int[] Kept(UnitLayers layers, int layer)
    {
        int[] all = All(layers.Size(layer));
        if (layer == 0) return all;
        bool[] read = layers.Read(layer);
        int[] kept = Array.FindAll(all, unit => read[unit]);
        return kept.Length > 0 ? kept : [0];
    }

    private static TrainableDense Smaller(TrainableDense layer, int[] columns, int[] rows)
    {
        var smaller = new TrainableDense(layer.Name, columns.Length, rows.Length, layer.Activation);
        float[] weights = Pick(layer.Weights.Values, layer.Weights.Columns, columns, rows);
        weights.CopyTo(smaller.Weights.Values, 0);
        Pick(layer.Biases.Values, layer.Biases.Columns, rows, [0]).CopyTo(smaller.Biases.Values, 0);
        if (layer.Weights.Mask is uint[] mask) smaller.Weights.Freeze(Pick(mask, layer.Weights.Columns, columns, rows));
        return smaller;
    }

    private static T[] Pick<T>(T[] cells, int width, int[] columns, int[] rows)
    {
        var picked = new T[rows.Length * columns.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            for (int column = 0; column < columns.Length; column++)
            {
                picked[row * columns.Length + column] = cells[rows[row] * width + columns[column]];
            }
        }

        return picked;
    }
}
