using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>Plain loops over a row-major matrix, as anybody would write them first. Allocates nothing per call.</summary>
public sealed class DenseNaiveContender : LayerwiseContender
{
    private readonly float[][] _weights, _biases;

    /// <summary>Expands the weights of <paramref name="network"/>.</summary>
    /// <exception cref="NotSupportedException">A layer is not dense.</exception>
    public DenseNaiveContender(Network network)
        : base(ContenderNames.DenseNaive, network)
    {
        _weights = [.. Layers.Select(layer => layer.Weights.ToDense())];
        _biases = [.. Layers.Select(layer => layer.Biases.ToArray())];
    }

    /// <inheritdoc/>
    private protected override void RunLayer(int index, ReadOnlySpan<float> input, Span<float> output)
    {
        float[] weights = _weights[index], biases = _biases[index];
        for (int row = 0; row < output.Length; row++)
        {
            float sum = biases[row];
            for (int column = 0; column < input.Length; column++) sum += weights[row * input.Length + column] * input[column];
            output[row] = sum;
        }

        ScalarActivation.Apply(Layers[index].Activation, output);
    }
}
