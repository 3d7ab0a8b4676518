using Espalier.Compilation.Model;

namespace Espalier.Inference;

/// <summary>
/// The errors of what layers yield before their activation functions: the part of <see cref="RoundingBound"/> that each kind has of its
/// own.
/// </summary>
internal static class SumErrors
{
    /// <summary>2^-24, the largest relative error of a rounding to float.</summary>
    public const double Unit = 1.0 / (1 << 24);

    private const double Lambda = 6;

    /// <summary>The roundings that count of a chain of <paramref name="chain"/>.</summary>
    public static double Roundings(int chain) => Math.Min(chain, Lambda * Math.Sqrt(chain));

    /// <summary>The bounds of <paramref name="layer"/> for its <paramref name="inputs"/>.</summary>
    public static BoundedValues Of(Layer layer, BoundedValues[] inputs)
    {
        float[] sums = LayerSums.Of(layer, Array.ConvertAll(inputs, input => input.Values));
        var result = new BoundedValues(sums, new double[sums.Length], new bool[sums.Length], new double[sums.Length]);
        switch (layer)
        {
            case WeightedLayer weighted:
                AddWeighted(weighted, inputs[0], result);
                break;
            case PoolingLayer pooling:
                AddPooling(pooling, inputs[0], result);
                break;
            case BatchNormalizationLayer normalization:
                AddNormalization(normalization, inputs[0], result);
                break;
            case AdditionLayer:
                AddAddition(inputs, result);
                break;
            default:
                AddCopies(inputs, result);
                break;
        }

        return result;
    }

    private static void AddWeighted(WeightedLayer layer, BoundedValues input, BoundedValues result)
    {
        Shape output = layer.OutputShape;
        int area = output.Height * output.Width;
        for (int i = 0; i < result.Values.Length; i++)
        {
            int row = i / area, y = i % area / output.Width, x = i % output.Width;
            double size = Math.Abs((double)layer.Biases[row]), passedOn = 0;
            int terms = 0;
            for (int j = layer.Weights.RowStart(row); j < layer.Weights.RowStart(row + 1); j++)
            {
                double weight = Math.Abs((double)layer.Weights.Value(j));
                if (weight == 0) continue;
                terms++;
                int from = layer is ConvolutionLayer convolution
                    ? Under(convolution, row, layer.Weights.ColumnIndex(j), y, x)
                    : layer.Weights.ColumnIndex(j);
                if (from < 0) continue;
                size += weight * (Math.Abs((double)input.Values[from]) + input.Errors[from]);
                passedOn += weight * input.Errors[from];
                result.IsNaN[i] |= input.IsNaN[from];
            }

            double roundings = Roundings(terms + 2) + Roundings(terms / 4 + 4);

            // A product below the normal floats is off by half of the smallest float whatever its size.
            Set(result, i, size, passedOn + roundings * Unit * size + terms * (double)float.Epsilon);
        }
    }

    /// <summary>
    /// A maximum is off by no more than the worst of its values, a mean by the mean of their errors and its own roundings.
    /// </summary>
    private static void AddPooling(PoolingLayer layer, BoundedValues input, BoundedValues result)
    {
        Shape output = layer.OutputShape;
        int next = 0;
        for (int channel = 0; channel < output.Channels; channel++)
        {
            for (int y = 0; y < output.Height; y++)
            {
                for (int x = 0; x < output.Width; x++, next++)
                {
                    int[] under = [.. Under(layer, channel, y, x)];
                    result.IsNaN[next] = under.Any(i => input.IsNaN[i]);
                    double divisor = layer.Kind == PoolingKind.Max ? 1 : layer.Divisor(y, x);
                    double size = under.Sum(i => Math.Abs((double)input.Values[i]) + input.Errors[i]);
                    if (layer.Kind == PoolingKind.Max)
                    {
                        Set(result, next,
                            under.Max(i => Math.Abs((double)input.Values[i]) + input.Errors[i]), under.Max(i => input.Errors[i]));
                        continue;
                    }

                    double error = under.Sum(i => input.Errors[i]) / divisor
                        + 2 * Roundings(under.Length + 2) * Unit * size / divisor + float.Epsilon;

                    // The sum overflows before it is divided.
                    Set(result, next, size < float.MaxValue ? size / divisor : double.PositiveInfinity, error);
                }
            }
        }
    }

    /// <summary>Folded into the weights of the layer before it, every product is rounded once more, and so is every bias.</summary>
    private static void AddNormalization(BatchNormalizationLayer layer, BoundedValues input, BoundedValues result)
    {
        int area = layer.Input.Height * layer.Input.Width;
        for (int i = 0; i < result.Values.Length; i++)
        {
            double multiplier = Math.Abs((double)layer.Multiplier(i / area));
            double size = Math.Abs((double)layer.Offset(i / area))
                + multiplier * (Math.Max(input.Sizes[i], Math.Abs((double)input.Values[i])) + input.Errors[i]);
            result.IsNaN[i] = input.IsNaN[i];
            Set(result, i, size, multiplier * input.Errors[i] + 2 * Roundings(4) * Unit * size + 2 * (double)float.Epsilon);
        }
    }

    private static void AddAddition(BoundedValues[] inputs, BoundedValues result)
    {
        for (int i = 0; i < result.Values.Length; i++)
        {
            double size = inputs.Sum(input => Math.Abs((double)input.Values[i]) + input.Errors[i]);
            result.IsNaN[i] = inputs.Any(input => input.IsNaN[i]);
            Set(result, i, size, inputs.Sum(input => input.Errors[i]) + 2 * Roundings(inputs.Length) * Unit * size);
        }
    }

    private static void AddCopies(BoundedValues[] inputs, BoundedValues result)
    {
        int next = 0;
        foreach (BoundedValues input in inputs)
        {
            input.Errors.CopyTo(result.Errors, next);
            input.IsNaN.CopyTo(result.IsNaN, next);
            input.Sizes.CopyTo(result.Sizes, next);
            next += input.Values.Length;
        }
    }

    private static void Set(BoundedValues result, int index, double size, double error)
    {
        result.Sizes[index] = size;
        result.Errors[index] = size + error < float.MaxValue ? error : double.PositiveInfinity;
    }

    /// <summary>The place of the input under a tap; -1 on the padding.</summary>
    private static int Under(ConvolutionLayer layer, int filter, int column, int y, int x)
    {
        (int channel, int tapY, int tapX) = layer.Tap(column);
        return Place(layer.Input, layer.FirstChannel(filter) + channel, layer.Window.ImageY(y, tapY), layer.Window.ImageX(x, tapX));
    }

    private static IEnumerable<int> Under(PoolingLayer layer, int channel, int y, int x)
    {
        for (int tap = 0; tap < layer.Window.Length; tap++)
        {
            int place = Place(
                layer.Input, channel, layer.Window.ImageY(y, tap / layer.Window.Width), layer.Window.ImageX(x, tap % layer.Window.Width));
            if (place >= 0) yield return place;
        }
    }

    private static int Place(Shape shape, int channel, int y, int x) =>
        y >= 0 && y < shape.Height && x >= 0 && x < shape.Width ? (channel * shape.Height + y) * shape.Width + x : -1;
}
