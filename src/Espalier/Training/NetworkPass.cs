using Espalier.Compilation.Model;
using Espalier.Numerics;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>The buffers of a forward and a backward pass through a network, allocated once for the largest batch.</summary>
internal sealed class NetworkPass
{
    private readonly TrainableNetwork _network;
    private readonly float[][] _outputs;
    private readonly float[][] _gradients;

    /// <summary>Allocates for batches of up to <paramref name="capacity"/> samples.</summary>
    /// <param name="network">The network.</param>
    /// <param name="capacity">The largest batch.</param>
    /// <param name="withGradients">Whether <see cref="Backward"/> will be called.</param>
    public NetworkPass(TrainableNetwork network, int capacity, bool withGradients)
    {
        _network = network;
        Capacity = capacity;
        Input = new float[checked(capacity * network.InputShape.Length)];
        _outputs = Allocate();
        _gradients = withGradients ? Allocate() : [];

        float[][] Allocate() => [.. network.Layers.Select(layer => new float[checked(capacity * layer.OutputShape.Length)])];
    }

    /// <summary>The largest batch.</summary>
    public int Capacity { get; }

    /// <summary>Whether <see cref="Backward"/> can be called.</summary>
    public bool HasGradients => _gradients.Length > 0;

    /// <summary>The batch's inputs, for the caller to fill: samples x inputs.</summary>
    public float[] Input { get; }

    /// <summary>The sums of the last layer before its activation, samples x outputs.</summary>
    public float[] Logits => _outputs[^1];

    /// <summary>The derivative of the loss by <see cref="Logits"/>, for the loss to fill.</summary>
    public float[] LogitGradient => _gradients[^1];

    /// <summary>The activations of layer <paramref name="index"/> (for the last one, its sums), samples x outputs.</summary>
    public float[] Output(int index) => _outputs[index];

    /// <summary>What layer <paramref name="index"/> reads, samples x inputs.</summary>
    public float[] InputOf(int index) => index == 0 ? Input : _outputs[index - 1];

    /// <summary>After <see cref="Backward"/>, the derivative of the loss by the sums of layer <paramref name="index"/>.</summary>
    public float[] GradientOfSums(int index) => _gradients[index];

    /// <summary>Computes <see cref="Logits"/> of the first <paramref name="count"/> samples of <see cref="Input"/>.</summary>
    public void Forward(ComputeEngine engine, int count)
    {
        for (int i = 0; i < _outputs.Length; i++)
        {
            TrainableLayer layer = _network.Layers[i];
            layer.Forward(engine, InputOf(i), _outputs[i], count);
            int length = layer.OutputShape.Length;
            if (i < _outputs.Length - 1) ActivationFunction.Apply(layer.Activation, _outputs[i].AsSpan(0, count * length), length);
        }
    }

    /// <summary>Computes all parameters' gradients from <see cref="LogitGradient"/>.</summary>
    public void Backward(ComputeEngine engine, int count)
    {
        for (int i = _outputs.Length - 1; i >= 0; i--)
        {
            float[] input = InputOf(i);
            float[]? inputGradient = i == 0 ? null : _gradients[i - 1];
            _network.Layers[i].Backward(engine, input, _gradients[i], inputGradient, count);
            if (inputGradient is null) continue;
            Activation activation = _network.Layers[i - 1].Activation;
            int length = _network.Layers[i - 1].OutputShape.Length;
            ActivationFunction.Backpropagate(activation, input.AsSpan(0, count * length), inputGradient.AsSpan(0, count * length), length);
        }
    }
}
