using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines;

/// <summary>
/// One <see cref="TensorPrimitives"/> dot product a row: what the platform's own vector library gives. Allocates nothing per
/// call.
/// </summary>
public sealed class TensorPrimitivesContender : LayerwiseContender
{
    private readonly float[][] _weights, _biases;

    /// <summary>Expands the weights of <paramref name="network"/>.</summary>
    /// <exception cref="NotSupportedException">A layer is not dense.</exception>
    public TensorPrimitivesContender(Network network)
        : base(ContenderNames.TensorPrimitives, network)
    {
        _weights = [.. Layers.Select(layer => layer.Weights.ToDense())];
        _biases = [.. Layers.Select(layer => layer.Biases.ToArray())];
    }

    /// <inheritdoc/>
    private protected override void RunLayer(int index, ReadOnlySpan<float> input, Span<float> output)
    {
        ReadOnlySpan<float> weights = _weights[index];
        for (int row = 0; row < output.Length; row++)
        {
            output[row] = TensorPrimitives.Dot(weights.Slice(row * input.Length, input.Length), input);
        }

        TensorPrimitives.Add(output, _biases[index], output);
        ActivationFunction.Apply(Layers[index].Activation, output, output.Length);
    }
}
