using Espalier.Compilation.Model;

namespace Espalier.Training;

/// <summary>A network whose weights can move. Turn it into an immutable <see cref="Network"/> by <see cref="ToNetwork"/>.</summary>
public sealed class TrainableNetwork
{
    /// <summary>Makes a network of <paramref name="layers"/>, which it shares.</summary>
    /// <param name="name">An identifier; the default name of the generated class.</param>
    /// <param name="inputShape">The shape of one input sample.</param>
    /// <param name="layers">At least one layer, each reading as many values as the one before yields.</param>
    /// <exception cref="EspalierException">The layers do not fit together.</exception>
    public TrainableNetwork(string name, Shape inputShape, IReadOnlyList<TrainableLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        (Name, InputShape, Layers) = (name, inputShape, [.. layers]);
        if (ToNetwork().FindFault() is string fault) throw new EspalierException($"Network '{name}' cannot be trained: {fault}");
        Parameters = [.. Layers.SelectMany(layer => layer.Parameters)];
        PrunableParameters = [.. Parameters.Where(parameter => parameter.IsWeight)];
    }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>The shape of one input sample.</summary>
    public Shape InputShape { get; }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<TrainableLayer> Layers { get; }

    /// <summary>All that training adjusts, layer by layer.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The weight matrices, layer by layer; biases are neither pruned nor counted.</summary>
    public IReadOnlyList<Parameter> PrunableParameters { get; }

    /// <summary>The shape of one output.</summary>
    public Shape OutputShape => Layers[^1].OutputShape;

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
        var random = new SeededRandom(seed);
        var layers = new List<TrainableLayer>();
        int inputs = inputShape.Length;
        for (int i = 0; i < widths.Count; i++)
        {
            if (widths[i] < 1) throw new EspalierException($"Layer {i + 1} has {widths[i]} outputs; it needs at least one.");
            var layer = new TrainableDense($"fc{i + 1}", inputs, widths[i], i == widths.Count - 1 ? output : hidden);
            Initializer.Fill(layer.Weights.Values, inputs, widths[i], layer.Activation, random);
            layers.Add(layer);
            inputs = widths[i];
        }

        return new TrainableNetwork(name, inputShape, layers);
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

    /// <summary>The network as an immutable value: the same bits, zeros left out, without samples (their outputs would be stale).</summary>
    public Network ToNetwork() => new(Name, InputShape, new(Layers.Select(layer => layer.ToLayer())), default);

    /// <summary>A network of its own with the same numbers and masks.</summary>
    public TrainableNetwork Clone()
    {
        TrainableNetwork clone = FromNetwork(ToNetwork());
        for (int i = 0; i < Parameters.Count; i++)
        {
            Parameters[i].Values.CopyTo(clone.Parameters[i].Values, 0);
            if (Parameters[i].Mask is uint[] mask) clone.Parameters[i].Freeze(mask);
        }

        return clone;
    }
}
