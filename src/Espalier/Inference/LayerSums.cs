using Espalier.Compilation.Model;

namespace Espalier.Inference;

/// <summary>
/// What a layer yields before its activation function, in the plainest way: the part of <see cref="ReferenceInterpreter"/>'s definition
/// that each kind of layer has of its own. Images are channels x height x width in row-major order.
/// </summary>
internal static class LayerSums
{
    /// <summary>The values of <paramref name="layer"/> for its <paramref name="inputs"/>.</summary>
    public static float[] Of(Layer layer, float[][] inputs) => layer switch
    {
        DenseLayer dense => Of(dense, inputs[0]),
        ConvolutionLayer convolution => Of(convolution, inputs[0]),
        PoolingLayer pooling => Of(pooling, inputs[0]),
        BatchNormalizationLayer normalization => Of(normalization, inputs[0]),
        AdditionLayer => Added(inputs),
        ConcatenationLayer => [.. inputs.SelectMany(input => input)],
        FlattenLayer => [.. inputs[0]],
        _ => throw new NotSupportedException($"Layer '{layer.Name}' is a {layer.GetType().Name}, which cannot be interpreted."),
    };

    private static float[] Of(DenseLayer layer, float[] input)
    {
        var sums = new float[layer.Weights.Rows];
        for (int row = 0; row < sums.Length; row++) sums[row] = WeightedSum(layer, row, column => input[column]);
        return sums;
    }

    private static float[] Of(ConvolutionLayer layer, float[] input)
    {
        Shape output = layer.OutputShape;
        var sums = new float[output.Length];
        for (int filter = 0, next = 0; filter < output.Channels; filter++)
        {
            int first = layer.FirstChannel(filter);
            for (int y = 0; y < output.Height; y++)
            {
                for (int x = 0; x < output.Width; x++, next++) sums[next] = WeightedSum(layer, filter, column => Tap(column, y, x));
            }

            float Tap(int column, int y, int x)
            {
                (int channel, int tapY, int tapX) = layer.Tap(column);
                return At(layer.Input, input, first + channel, layer.Window.ImageY(y, tapY), layer.Window.ImageX(x, tapX)) ?? 0f;
            }
        }

        return sums;
    }

    private static float[] Of(PoolingLayer layer, float[] input)
    {
        Shape output = layer.OutputShape;
        var pooled = new float[output.Length];
        for (int channel = 0, next = 0; channel < output.Channels; channel++)
        {
            for (int y = 0; y < output.Height; y++)
            {
                for (int x = 0; x < output.Width; x++, next++)
                {
                    IEnumerable<float> values = Under(layer, input, channel, y, x);
                    pooled[next] = layer.Kind == PoolingKind.Max
                        ? values.Aggregate(Math.Max)
                        : values.Aggregate((a, b) => a + b) / layer.Divisor(y, x);
                }
            }
        }

        return pooled;
    }

    /// <summary>The values of the image under the window, row by row; padding left out.</summary>
    private static IEnumerable<float> Under(PoolingLayer layer, float[] input, int channel, int y, int x)
    {
        Window window = layer.Window;
        for (int tapY = 0; tapY < window.Height; tapY++)
        {
            for (int tapX = 0; tapX < window.Width; tapX++)
            {
                if (At(layer.Input, input, channel, window.ImageY(y, tapY), window.ImageX(x, tapX)) is float value) yield return value;
            }
        }
    }

    private static float[] Of(BatchNormalizationLayer layer, float[] input)
    {
        int area = layer.Input.Height * layer.Input.Width;
        var values = new float[input.Length];
        for (int i = 0; i < values.Length; i++) values[i] = layer.Offset(i / area) + input[i] * layer.Multiplier(i / area);
        return values;
    }

    private static float[] Added(float[][] inputs)
    {
        float[] sums = [.. inputs[0]];
        foreach (float[] input in inputs.Skip(1))
        {
            for (int i = 0; i < sums.Length; i++) sums[i] += input[i];
        }

        return sums;
    }

    /// <summary>An element of an image, or null outside of it.</summary>
    private static float? At(Shape shape, float[] image, int channel, int y, int x) =>
        y >= 0 && y < shape.Height && x >= 0 && x < shape.Width ? image[(channel * shape.Height + y) * shape.Width + x] : null;

    private static float WeightedSum(WeightedLayer layer, int row, Func<int, float> input)
    {
        SparseMatrix weights = layer.Weights;
        Span<float> partial = [layer.Biases[row], -0f, -0f, -0f];
        int term = 0;
        for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
        {
            if (weights.Value(i) == 0) continue;
            partial[term++ % 4] += input(weights.ColumnIndex(i)) * weights.Value(i);
        }

        return (partial[0] + partial[1]) + (partial[2] + partial[3]);
    }
}
