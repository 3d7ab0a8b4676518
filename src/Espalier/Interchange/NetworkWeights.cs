using Espalier.Compilation.Model;
using Espalier.Interchange.Weights;

namespace Espalier.Interchange;

/// <summary>
/// The weights of a network as named arrays, the way PyTorch names and shapes them: "fc1.weight" is outputs x inputs, or filters x channels
/// of a group x height x
/// width; "fc1.bias"; of a batch normalisation also "running_mean" and "running_var".
/// </summary>
public static class NetworkWeights
{
    /// <summary>All arrays of a network's layers, in the layers' order. Weights that were pruned are zeros.</summary>
    public static IReadOnlyList<NamedArray> Of(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return [.. network.Layers.SelectMany(ArraysOf)];
    }

    /// <summary>The network with the numbers of its layers from arrays.</summary>
    /// <param name="network">The layers.</param>
    /// <param name="arrays">
    /// Their arrays: those of a layer together, as "NAME.weight", "NAME/kernel:0" and the like, or each layer's weights followed by what
    /// else it has.
    /// Layers and arrays are matched in order, names compared with numbers as numbers; where that does not fit, by the only way that shapes
    /// do.
    /// </param>
    /// <param name="isInputMajor">
    /// Whether weights are inputs x outputs, or height x width x channels x filters, and images channels last, as Keras has them.
    /// </param>
    /// <exception cref="EspalierException">The arrays do not fit the layers; the message names them and their shapes.</exception>
    public static Network Fill(Network network, IReadOnlyList<NamedArray> arrays, bool isInputMajor = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(arrays);
        ArrayGroup[] groups = ArrayGroup.Of(arrays);
        LayerSlot[] slots = [.. Enumerable.Range(0, network.Layers.Length)
            .Where(i => network.Layers[i] is WeightedLayer or BatchNormalizationLayer).Select(i => LayerSlot.Of(network, i, isInputMajor))];
        ArrayGroup[] matched = GroupMatching.Match(slots, groups);
        Layer[] layers = [.. network.Layers];
        for (int i = 0; i < slots.Length; i++) layers[slots[i].Index] = slots[i].Filled(matched[i]);
        return network with { Layers = new EquatableArray<Layer>(layers), Samples = default };
    }

    private static IEnumerable<NamedArray> ArraysOf(Layer layer)
    {
        switch (layer)
        {
            case WeightedLayer weighted:
                int[] shape = layer is ConvolutionLayer convolution
                    ? [weighted.Weights.Rows, convolution.GroupChannels, convolution.Window.Height, convolution.Window.Width]
                    : [weighted.Weights.Rows, weighted.Weights.Columns];
                yield return new NamedArray($"{layer.Name}.weight", new NpyArray(shape, weighted.Weights.ToDense()));
                yield return Vector($"{layer.Name}.bias", weighted.Biases);
                break;
            case BatchNormalizationLayer normalization:
                yield return Vector($"{layer.Name}.weight", normalization.Scale);
                yield return Vector($"{layer.Name}.bias", normalization.Shift);
                yield return Vector($"{layer.Name}.running_mean", normalization.Mean);
                yield return Vector($"{layer.Name}.running_var", normalization.Variance);
                break;
        }
    }

    private static NamedArray Vector(string name, FloatVector values) => new(name, new NpyArray([values.Length], values.ToArray()));
}
