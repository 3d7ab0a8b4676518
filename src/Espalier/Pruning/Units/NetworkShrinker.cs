using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>Makes networks that are smaller in fact, not just full of zeros.</summary>
public static class NetworkShrinker
{
    /// <summary>
    /// A network of its own without the hidden units and filters that <see cref="UnitFolding.Fold(TrainableNetwork)"/> folds away, removed
    /// ones above all. Inputs and outputs stay; a layer in which nothing is read keeps one unit. The weights that stay keep their masks.
    /// The function is the same; sums that a folded unit's part went into may round differently.
    /// </summary>
    /// <param name="network">The network, which stays as it is.</param>
    /// <exception cref="EspalierException">The network has layers whose units cannot be removed.</exception>
    public static TrainableNetwork Shrink(TrainableNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        TrainableNetwork folded = network.Clone();
        UnitFolding.Fold(folded);
        var layers = new UnitLayers(folded);
        HashSet<UnitParts> kept = [];
        for (int layer = 0; layer < layers.Count; layer++) kept.UnionWith(Kept(layers, layer));
        var values = new ShrunkValue[folded.Layers.Count + 1];
        for (int value = -1; value < folded.Layers.Count; value++) values[value + 1] = ShrunkValue.Of(layers, value, kept);
        return new TrainableNetwork(
            network.Name, network.InputShape, [.. folded.Layers.Select((layer, i) => Smaller(layer, Inputs(i), values[i + 1]))]);

        ShrunkValue[] Inputs(int layer) => [.. folded.SourcesOf(layer).Select(source => values[source + 1])];
    }

    private static IEnumerable<UnitParts> Kept(UnitLayers layers, int layer)
    {
        UnitParts[] all = layers.Units(layer).ToArray();
        if (layer == 0) return all;
        UnitParts[] read = Array.FindAll(all, UnitLayers.IsRead);
        return read.Length > 0 ? read : all.Take(1);
    }

    private static TrainableLayer Smaller(TrainableLayer layer, ShrunkValue[] inputs, ShrunkValue output)
    {
        Shape shape = inputs[0].Shape;
        switch (layer)
        {
            case TrainableDense dense:
                var smaller = new TrainableDense(dense.Name, shape.Length, output.Kept.Length, dense.Activation)
                {
                    Sources = layer.Sources,
                };
                CopyWeights(dense, smaller, inputs[0].Numbers(), output.Kept);
                return smaller;
            case TrainableConvolution convolution:
                // Of several groups each goes or stays as a whole.
                int groups = convolution.Groups == 1 ? 1 : output.Kept.Length / convolution.GroupFilters;
                var fewer = new TrainableConvolution(
                    convolution.Name, shape, output.Kept.Length, convolution.Window, convolution.Activation, groups)
                {
                    Sources = layer.Sources,
                };
                int[] channels = convolution.Groups == 1 ? inputs[0].Kept : [.. Enumerable.Range(0, convolution.GroupChannels)];
                int[] taps = ShrunkValue.Spread(channels, convolution.Window.Length);
                CopyWeights(convolution, fewer, taps, output.Kept);
                return fewer;
            case TrainableBatchNormalization normalization:
                var narrower = new TrainableBatchNormalization(
                    normalization.Name, shape, normalization.Activation, normalization.Momentum, normalization.Epsilon)
                {
                    Sources = layer.Sources,
                };
                for (int i = 0; i < narrower.Parameters.Count; i++)
                {
                    Copy(normalization.Parameters[i], narrower.Parameters[i], output.Kept, [0]);
                }

                return narrower;
            case TrainablePooling pooling:
                return new TrainablePooling(pooling.Model with { Input = shape }) { Sources = layer.Sources };
            case TrainableAddition addition:
                return new TrainableAddition(new(layer.Name, shape, addition.InputCount, layer.Activation)) { Sources = layer.Sources };
            case TrainableConcatenation:
                return new TrainableConcatenation(new(layer.Name, new(inputs.Select(input => input.Shape)), layer.Activation))
                {
                    Sources = layer.Sources,
                };
            case TrainableFlatten:
                return new TrainableFlatten(new(layer.Name, shape)) { Sources = layer.Sources };
            case TrainableDropout dropout:
                return new TrainableDropout(layer.Name, shape, dropout.Rate) { Sources = layer.Sources };
            default:
                throw new InvalidOperationException($"A {layer.GetType().Name} has units but cannot be made smaller.");
        }
    }

    private static void CopyWeights(TrainableWeightedLayer from, TrainableWeightedLayer to, int[] columns, int[] rows)
    {
        Copy(from.Weights, to.Weights, columns, rows);
        Copy(from.Biases, to.Biases, rows, [0]);
    }

    private static void Copy(Parameter from, Parameter to, int[] columns, int[] rows)
    {
        Pick(from.Values, from.Columns, columns, rows).CopyTo(to.Values, 0);
        if (from.Mask is uint[] mask) to.Freeze(Pick(mask, from.Columns, columns, rows));
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
