using Espalier.Compilation.Model;

namespace Espalier.Training;

/// <summary>A network whose weights can move. Turn it into an immutable <see cref="Network"/> by <see cref="ToNetwork"/>.</summary>
public sealed class TrainableNetwork
{
    private readonly LayerGraph _graph;

    /// <summary>Makes a network of <paramref name="layers"/>, which it shares.</summary>
    /// <param name="name">An identifier; the default name of the generated class.</param>
    /// <param name="inputShape">The shape of one input sample.</param>
    /// <param name="layers">
    /// At least one layer: an acyclic graph, each reading what earlier ones yield (<see cref="TrainableLayer.Sources"/>), the last one
    /// yielding the network's output.
    /// </param>
    /// <exception cref="EspalierException">The layers do not fit together; the message names the layer and both shapes.</exception>
    public TrainableNetwork(string name, Shape inputShape, IReadOnlyList<TrainableLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        (Name, InputShape, Layers) = (name, inputShape, [.. layers]);
        _graph = new LayerGraph(this);
        if (_graph.FindFault() is string fault) throw new EspalierException($"Network '{name}' cannot be trained: {fault}");
        if (ToNetwork().FindFault() is string modelFault) throw new EspalierException($"Network '{name}' cannot be trained: {modelFault}");
        Parameters = [.. Layers.SelectMany(layer => layer.Parameters)];
        PrunableParameters = [.. Parameters.Where(parameter => parameter.IsWeight)];
    }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>The shape of one input sample.</summary>
    public Shape InputShape { get; }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<TrainableLayer> Layers { get; }

    /// <summary>All that training changes, layer by layer: what it learns, and the statistics that layers keep.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>
    /// The weight matrices, layer by layer; biases are neither pruned nor counted. Those of a network of dense layers alone are numbered
    /// as its layers are.
    /// </summary>
    public IReadOnlyList<Parameter> PrunableParameters { get; }

    /// <summary>The shape of one output.</summary>
    public Shape OutputShape => Layers[^1].OutputShape;

    /// <summary>Whether each layer reads the one before it and nothing else.</summary>
    public bool IsChain => _graph.IsChain;

    /// <summary>The number of weights, biases not counted.</summary>
    public int WeightCount => PrunableParameters.Sum(parameter => parameter.Values.Length);

    /// <summary>The number of weights that no mask removes.</summary>
    public int LiveWeightCount => PrunableParameters.Sum(parameter => parameter.LiveCount);

    /// <summary>Makes a multi-layer perceptron with layers fc1, fc2, ... and starting weights of <see cref="Initializer"/>.</summary>
    /// <param name="name">An identifier.</param>
    /// <param name="inputShape">The shape of one input sample.</param>
    /// <param name="widths">The number of outputs of each layer, at least one.</param>
    /// <param name="hidden">The activation of all layers but the last.</param>
    /// <param name="output">The activation of the last layer.</param>
    /// <param name="seed">Decides the starting weights.</param>
    /// <exception cref="EspalierException">No layer, or a width below 1.</exception>
    public static TrainableNetwork Perceptron(
        string name, Shape inputShape, IReadOnlyList<int> widths, Activation hidden, Activation output, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(widths);
        var builder = new NetworkBuilder(inputShape, seed);
        for (int i = 0; i < widths.Count; i++) builder.Dense(widths[i], i == widths.Count - 1 ? output : hidden);
        return builder.Build(name);
    }

    /// <summary>Makes a network with the bits of <paramref name="network"/>.</summary>
    /// <param name="network">The model.</param>
    /// <param name="freezeZeros">Whether weights that are zero stay so whatever the training.</param>
    /// <exception cref="EspalierException">The network has a fault, or a layer that cannot be trained.</exception>
    public static TrainableNetwork FromNetwork(Network network, bool freezeZeros = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        var layers = new List<TrainableLayer>();
        foreach (Layer layer in network.Layers)
        {
            layers.Add(layer switch
            {
                DenseLayer dense => TrainableDense.FromLayer(dense),
                ConvolutionLayer convolution => TrainableConvolution.FromLayer(convolution),
                PoolingLayer pooling => new TrainablePooling(pooling),
                BatchNormalizationLayer normalization => TrainableBatchNormalization.FromLayer(normalization),
                AdditionLayer addition => new TrainableAddition(addition),
                ConcatenationLayer concatenation => new TrainableConcatenation(concatenation),
                FlattenLayer flatten => new TrainableFlatten(flatten),
                _ => throw new EspalierException($"Layer '{layer.Name}' is a {layer.GetType().Name}, which cannot be trained."),
            });
        }

        var trainable = new TrainableNetwork(network.Name, network.InputShape, layers);
        if (freezeZeros)
        {
            foreach (Parameter weights in trainable.PrunableParameters) weights.FreezeZeros();
        }

        return trainable;
    }

    /// <summary>
    /// The network as an immutable value: the same bits, zeros left out, without samples (their outputs would be stale) and without layers
    /// that do something in training only.
    /// </summary>
    public Network ToNetwork() => new(Name, InputShape, new(_graph.ModelLayers()), default);

    /// <summary>The layers that layer <paramref name="index"/> reads, in the order of its inputs; -1 is the network's input.</summary>
    public IReadOnlyList<int> SourcesOf(int index) => _graph.SourcesOf(index);

    /// <summary>A network of its own of the same layers, at starting weights of <see cref="Initializer"/> and without masks.</summary>
    /// <param name="seed">Decides the starting weights.</param>
    public TrainableNetwork Restart(ulong seed)
    {
        var network = new TrainableNetwork(Name, InputShape, [.. Layers.Select(layer => layer.Blank())]);
        Initializer.Fill(network, new SeededRandom(seed));
        return network;
    }

    /// <summary>A network of its own with the same numbers and masks.</summary>
    public TrainableNetwork Clone()
    {
        var clone = new TrainableNetwork(Name, InputShape, [.. Layers.Select(layer => layer.Blank())]);
        for (int i = 0; i < Parameters.Count; i++)
        {
            Parameters[i].Values.CopyTo(clone.Parameters[i].Values, 0);
            if (Parameters[i].Mask is uint[] mask) clone.Parameters[i].Freeze(mask);
        }

        return clone;
    }
}
