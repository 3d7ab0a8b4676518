using Espalier.Compilation.Model;

namespace Espalier.Interchange.Weights;

/// <summary>A layer that takes arrays.</summary>
internal sealed class LayerSlot
{
    private readonly Layer _layer;
    private readonly Shape _reads;
    private readonly bool _isInputMajor;

    private LayerSlot(int index, Layer layer, Shape reads, bool isInputMajor) =>
        (Index, _layer, _reads, _isInputMajor) = (index, layer, reads, isInputMajor);

    /// <summary>The layer's place in its network.</summary>
    public int Index { get; }

    /// <summary>The layer and the shape that its weights should have, for messages.</summary>
    public string Description => $"layer {Index} '{_layer.Name}' ({string.Join(" x ", Shape)})";

    /// <summary>The shape that the weights should have.</summary>
    private int[] Shape => _layer switch
    {
        ConvolutionLayer { Window: var window, Weights.Rows: var filters } convolution => _isInputMajor
            ? [window.Height, window.Width, convolution.GroupChannels, filters]
            : [filters, convolution.GroupChannels, window.Height, window.Width],
        DenseLayer { Weights: var weights } => _isInputMajor ? [weights.Columns, weights.Rows] : [weights.Rows, weights.Columns],
        _ => [_layer.OutputShape.Channels],
    };

    private int Outputs => _layer is WeightedLayer weighted ? weighted.Weights.Rows : _layer.OutputShape.Channels;

    /// <summary>The slot of layer <paramref name="index"/>.</summary>
    public static LayerSlot Of(Network network, int index, bool isInputMajor)
    {
        // A dense layer that reads an image reads it channels first; what it reads stands before any flattening.
        int source = network.SourcesOf(index)[0];
        while (source >= 0 && network.Layers[source] is FlattenLayer) source = network.SourcesOf(source)[0];
        Shape reads = source < 0 ? network.InputShape : network.Layers[source].OutputShape;
        return new LayerSlot(index, network.Layers[index], reads, isInputMajor);
    }

    /// <summary>Whether the arrays have the shapes that the layer needs.</summary>
    public bool Fits(ArrayGroup group)
    {
        bool isNormalization = _layer is BatchNormalizationLayer;
        bool hasWeights = group.Arrays.TryGetValue(ArrayRole.Weight, out NamedArray? weights);
        if (hasWeights ? !ShapeFits(weights!.Array.Shape) : !isNormalization) return false;
        if (isNormalization != group.Arrays.ContainsKey(ArrayRole.Mean) || isNormalization != group.Arrays.ContainsKey(ArrayRole.Variance))
        {
            return false;
        }

        return group.Arrays.Where(one => one.Key != ArrayRole.Weight).All(one => one.Value.Array.Values.Length == Outputs);
    }

    /// <summary>The layer with the arrays' numbers.</summary>
    /// <exception cref="EspalierException">A number is not finite.</exception>
    public Layer Filled(ArrayGroup group)
    {
        if (group.Arrays.Values.FirstOrDefault(one => !Array.TrueForAll(one.Array.Values, float.IsFinite)) is NamedArray bad)
        {
            throw new EspalierException($"{ArrayGroup.Describe(bad)} holds a number that is not finite.");
        }

        FloatVector biases = Vector(group, ArrayRole.Bias, 0);
        switch (_layer)
        {
            case WeightedLayer weighted:
                float[] values = Ordered(group.Arrays[ArrayRole.Weight].Array.Values, weighted.Weights.Rows, weighted.Weights.Columns);
                SparseMatrix weights = SparseMatrix.FromDense(weighted.Weights.Rows, weighted.Weights.Columns, values);
                return weighted with { Weights = weights, Biases = biases };
            case BatchNormalizationLayer normalization:
                FloatVector variance = Vector(group, ArrayRole.Variance, 1);
                Layer filled = normalization with
                {
                    Scale = Vector(group, ArrayRole.Weight, 1), Shift = biases,
                    Mean = Vector(group, ArrayRole.Mean, 0), Variance = variance,
                };
                return filled.FindFault() is string fault ? throw new EspalierException(fault) : filled;
            default:
                throw new InvalidOperationException($"Layer '{_layer.Name}' takes no arrays.");
        }
    }

    private bool ShapeFits(IReadOnlyList<int> shape)
    {
        // Keras writes depthwise filters as height x width x channels x 1.
        bool isDepthwise = _isInputMajor && _layer is ConvolutionLayer { GroupChannels: 1, Groups: > 1 };
        return shape.SequenceEqual(Shape) || (isDepthwise && shape.SequenceEqual((int[])[Shape[0], Shape[1], Shape[3], 1]));
    }

    private float[] Ordered(float[] values, int rows, int columns)
    {
        if (!_isInputMajor) return values;
        var ordered = new float[values.Length];
        for (int column = 0; column < columns; column++)
        {
            int from = Place(column);
            for (int row = 0; row < rows; row++) ordered[row * columns + column] = values[from * rows + row];
        }

        return ordered;
    }

    /// <summary>Where a column, channels first, stands among weights with the channels last.</summary>
    private int Place(int column)
    {
        (int channels, int area) = _layer is ConvolutionLayer convolution
            ? (convolution.GroupChannels, convolution.Window.Length)
            : (_reads.Channels, _reads.Height * _reads.Width);
        return column % area * channels + column / area;
    }

    private FloatVector Vector(ArrayGroup group, ArrayRole role, float otherwise) => new(group.Arrays.TryGetValue(role, out NamedArray? one)
        ? one.Array.Values
        : [.. Enumerable.Repeat(otherwise, Outputs)]);
}
