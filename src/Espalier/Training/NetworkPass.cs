using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Numerics;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>The buffers of a forward and a backward pass through a network, allocated once for the largest batch.</summary>
/// <remarks>
/// Layers are computed in their order and differentiated in the opposite one, so that a value's derivative is whole when its layer is
/// reached: the last of its readers writes it, and each one before adds its own.
/// </remarks>
internal sealed class NetworkPass
{
    private readonly TrainableNetwork _network;
    private readonly PassMode _mode;
    private readonly LayerPass[] _layers;

    // For each layer and input, whose derivative is to be added to another reader's, that one's buffer; else null.
    private readonly float[]?[][] _sums;

    /// <summary>Allocates for batches of up to <paramref name="capacity"/> samples.</summary>
    /// <param name="network">The network.</param>
    /// <param name="capacity">The largest batch.</param>
    /// <param name="withGradients">Whether <see cref="Backward"/> will be called.</param>
    /// <param name="trainingSeed">Null to look at the network as it is; for training, what decides the chances that layers take.</param>
    public NetworkPass(TrainableNetwork network, int capacity, bool withGradients, ulong? trainingSeed = null)
    {
        _network = network;
        _mode = new PassMode(trainingSeed);
        Capacity = capacity;
        HasGradients = withGradients;
        Input = Allocate(network.InputShape);
        _layers = [.. network.Layers.Select(layer => layer.CreatePass(_mode, capacity))];
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i].Inputs = [.. network.SourcesOf(i).Select(source => source < 0 ? Input : _layers[source].Output)];
            _layers[i].Output = Allocate(network.Layers[i].OutputShape);
            _layers[i].Points = _layers[i].Output;
            if (!withGradients) continue;
            _layers[i].OutputGradient = Allocate(network.Layers[i].OutputShape);
            if (SelfGate.Has(network.Layers[i].Activation)) _layers[i].Points = Allocate(network.Layers[i].OutputShape);
        }

        _sums = withGradients ? ConnectGradients() : [];

        // Convolutions read whole vectors, beyond the last image too.
        float[] Allocate(Shape shape) => new float[checked(capacity * shape.Length + PanelPlan.Slack)];
    }

    /// <summary>The largest batch.</summary>
    public int Capacity { get; }

    /// <summary>Whether <see cref="Backward"/> can be called.</summary>
    public bool HasGradients { get; }

    /// <summary>The number of training steps done, which with the seed decides the chances that layers take.</summary>
    public long Step
    {
        get => _mode.Step;
        set => _mode.Step = value;
    }

    /// <summary>The batch's inputs, for the caller to fill: samples x inputs.</summary>
    public float[] Input { get; }

    /// <summary>The sums of the last layer before its activation, samples x outputs.</summary>
    public float[] Logits => _layers[^1].Output;

    /// <summary>The derivative of the loss by <see cref="Logits"/>, for the loss to fill.</summary>
    public float[] LogitGradient => _layers[^1].OutputGradient;

    /// <summary>The activations of layer <paramref name="index"/> (for the last one, its sums), samples x outputs.</summary>
    public float[] Output(int index) => _layers[index].Output;

    /// <summary>What layer <paramref name="index"/> reads, samples x values; of several inputs, the first.</summary>
    public float[] InputOf(int index) => _layers[index].Input;

    /// <summary>After <see cref="Backward"/>, the derivative of the loss by the sums of layer <paramref name="index"/>.</summary>
    public float[] GradientOfSums(int index) => _layers[index].OutputGradient;

    /// <summary>Computes <see cref="Logits"/> of the first <paramref name="count"/> samples of <see cref="Input"/>.</summary>
    public void Forward(ComputeEngine engine, int count)
    {
        for (int i = 0; i < _layers.Length; i++)
        {
            TrainableLayer layer = _network.Layers[i];
            LayerPass pass = _layers[i];
            layer.Forward(engine, pass, count);
            if (i == _layers.Length - 1) continue;
            int length = layer.OutputShape.Length;
            Span<float> values = pass.Output.AsSpan(0, count * length);
            if (pass.Points != pass.Output) values.CopyTo(pass.Points);
            ActivationFunction.Apply(layer.Activation, values, length);
        }
    }

    /// <summary>The buffers of layer <paramref name="index"/> alone.</summary>
    public LayerPass Layer(int index) => _layers[index];

    /// <summary>Computes all parameters' gradients from <see cref="LogitGradient"/>.</summary>
    /// <param name="engine">Does the work.</param>
    /// <param name="count">The samples of the batch.</param>
    /// <param name="throughActivation">
    /// Turns the derivative by the outputs of a layer but the last into that by its sums, in place; null to do it as
    /// <see cref="BackwardThroughActivation"/> does.
    /// </param>
    public void Backward(ComputeEngine engine, int count, Action<int>? throughActivation = null)
    {
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            TrainableLayer layer = _network.Layers[i];
            LayerPass pass = _layers[i];
            if (i < _layers.Length - 1)
            {
                if (throughActivation is null) BackwardThroughActivation(i, count);
                else throughActivation(i);
            }

            layer.Backward(engine, pass, count);
            for (int input = 0; input < _sums[i].Length; input++)
            {
                if (_sums[i][input] is not float[] sum) continue;
                Span<float> target = sum.AsSpan(0, count * _network.Layers[i].InputShapeAt(input).Length);
                TensorPrimitives.Add(target, pass.InputGradients[input].AsSpan(0, target.Length), target);
            }
        }
    }

    /// <summary>Turns the derivative by the outputs of layer <paramref name="index"/> into that by its sums, in place.</summary>
    public void BackwardThroughActivation(int index, int count)
    {
        TrainableLayer layer = _network.Layers[index];
        LayerPass pass = _layers[index];
        int length = layer.OutputShape.Length, used = count * length;
        ActivationDerivative.Backpropagate(layer.Activation, pass.Points.AsSpan(0, used), pass.OutputGradient.AsSpan(0, used), length);
    }

    private float[]?[][] ConnectGradients()
    {
        var sums = new float[]?[_layers.Length][];
        var written = new bool[_layers.Length];
        var spare = new List<float[]>();
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            IReadOnlyList<int> sources = _network.SourcesOf(i);
            _layers[i].InputGradients = new float[]?[sources.Count];
            sums[i] = new float[]?[sources.Count];
            for (int input = 0; input < sources.Count; input++)
            {
                int source = sources[input];
                if (source < 0) continue;
                float[] gradient = _layers[source].OutputGradient;
                if (written[source]) (sums[i][input], gradient) = (gradient, Spare(input, gradient.Length));
                _layers[i].InputGradients[input] = gradient;
                written[source] = true;
            }
        }

        return sums;

        // A buffer for what is added at once can serve every layer.
        float[] Spare(int input, int length)
        {
            while (spare.Count <= input) spare.Add([]);
            if (spare[input].Length < length) spare[input] = new float[length];
            return spare[input];
        }
    }
}
