using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>A network of dense layers computed in double precision from its float weights: what all contenders are held against.</summary>
public static class DoubleReference
{
    /// <summary>The outputs of one sample.</summary>
    /// <exception cref="NotSupportedException">A layer is not dense.</exception>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    public static double[] Predict(Network network, ReadOnlySpan<float> input)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (input.Length != network.InputShape.Length)
        {
            throw new ArgumentException($"{input.Length} input values for a network of {network.InputShape.Length}.", nameof(input));
        }

        var values = new double[input.Length];
        for (int i = 0; i < values.Length; i++) values[i] = input[i];
        foreach (Layer layer in network.Layers)
        {
            values = Run(layer as DenseLayer ?? throw new NotSupportedException($"Layer '{layer.Name}' is not dense."), values);
        }

        return values;
    }

    private static double[] Run(DenseLayer layer, double[] input)
    {
        var output = new double[layer.Weights.Rows];
        for (int row = 0; row < output.Length; row++)
        {
            double sum = layer.Biases[row];
            for (int i = layer.Weights.RowStart(row); i < layer.Weights.RowStart(row + 1); i++)
            {
                sum += (double)layer.Weights.Value(i) * input[layer.Weights.ColumnIndex(i)];
            }

            output[row] = sum;
        }

        ScalarActivation.Apply<double>(layer.Activation, output);
        return output;
    }
}
