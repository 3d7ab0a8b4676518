using System.Numerics;
using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>
/// A layer of any kind in plain loops over all its weights, zeros included, in float or double. Running it allocates nothing.
/// </summary>
/// <param name="layer">The layer.</param>
internal sealed class PlainLayer<T>(Layer layer)
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _weights = layer is WeightedLayer weighted ? Converted(weighted.Weights.ToDense()) : [];
    private readonly T[] _biases = layer switch
    {
        WeightedLayer weighted => Converted(weighted.Biases.ToArray()),
        BatchNormalizationLayer normalization =>
            Converted([.. Enumerable.Range(0, normalization.Input.Channels).Select(normalization.Offset)]),
        _ => [],
    };

    private readonly T[] _multipliers = layer is BatchNormalizationLayer normalization
        ? Converted([.. Enumerable.Range(0, normalization.Input.Channels).Select(normalization.Multiplier)])
        : [];

    /// <summary>The number of outputs.</summary>
    public int OutputLength { get; } = layer.OutputShape.Length;

    /// <summary>Computes the layer with its activation.</summary>
    public void Run(T[][] inputs, T[] output)
    {
        switch (layer)
        {
            case DenseLayer:
                RunDense(inputs[0], output);
                break;
            case ConvolutionLayer convolution:
                RunConvolution(convolution, inputs[0], output);
                break;
            case PoolingLayer pooling:
                RunPooling(pooling, inputs[0], output);
                break;
            case BatchNormalizationLayer normalization:
                int area = normalization.Input.Height * normalization.Input.Width;
                for (int i = 0; i < output.Length; i++) output[i] = inputs[0][i] * _multipliers[i / area] + _biases[i / area];
                break;
            case AdditionLayer:
                inputs[0].CopyTo(output, 0);
                for (int i = 1; i < inputs.Length; i++)
                {
                    for (int j = 0; j < output.Length; j++) output[j] += inputs[i][j];
                }

                break;
            case ConcatenationLayer or FlattenLayer:
                for (int i = 0, next = 0; i < inputs.Length; next += inputs[i++].Length) inputs[i].CopyTo(output, next);
                break;
            default:
                throw new NotSupportedException($"Layer '{layer.Name}' is a {layer.GetType().Name}.");
        }

        ScalarActivation.Apply(layer.Activation, output.AsSpan());
    }

    private static T[] Converted(float[] values) => Array.ConvertAll(values, T.CreateChecked);

    private void RunDense(T[] input, T[] output)
    {
        for (int row = 0; row < output.Length; row++)
        {
            T sum = _biases[row];
            for (int column = 0; column < input.Length; column++) sum += _weights[row * input.Length + column] * input[column];
            output[row] = sum;
        }
    }

    private void RunConvolution(ConvolutionLayer layer, T[] input, T[] output)
    {
        (Shape image, Window window, Shape shape) = (layer.Input, layer.Window, layer.OutputShape);
        int channels = layer.GroupChannels, next = 0;
        for (int filter = 0; filter < shape.Channels; filter++)
        {
            int first = layer.FirstChannel(filter);
            for (int y = 0; y < shape.Height; y++)
            {
                for (int x = 0; x < shape.Width; x++)
                {
                    T sum = _biases[filter];
                    int weight = filter * channels * window.Length;
                    for (int channel = 0; channel < channels; channel++)
                    {
                        for (int v = 0; v < window.Height; v++)
                        {
                            int row = window.ImageY(y, v);
                            for (int u = 0; u < window.Width; u++, weight++)
                            {
                                int column = window.ImageX(x, u);
                                if (row < 0 || row >= image.Height || column < 0 || column >= image.Width) continue;
                                sum += _weights[weight] * input[((first + channel) * image.Height + row) * image.Width + column];
                            }
                        }
                    }

                    output[next++] = sum;
                }
            }
        }
    }

    private static void RunPooling(PoolingLayer layer, T[] input, T[] output)
    {
        (Shape image, Window window, Shape shape) = (layer.Input, layer.Window, layer.OutputShape);
        bool isMax = layer.Kind == PoolingKind.Max;
        int next = 0;
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            for (int y = 0; y < shape.Height; y++)
            {
                for (int x = 0; x < shape.Width; x++)
                {
                    T pooled = isMax ? T.NegativeInfinity : T.Zero;
                    for (int v = 0; v < window.Height; v++)
                    {
                        int row = window.ImageY(y, v);
                        for (int u = 0; u < window.Width; u++)
                        {
                            int column = window.ImageX(x, u);
                            if (row < 0 || row >= image.Height || column < 0 || column >= image.Width) continue;
                            T value = input[(channel * image.Height + row) * image.Width + column];
                            pooled = isMax ? T.Max(pooled, value) : pooled + value;
                        }
                    }

                    output[next++] = isMax ? pooled : pooled / T.CreateChecked(layer.Divisor(y, x));
                }
            }
        }
    }
}
