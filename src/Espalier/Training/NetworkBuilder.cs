using System.Globalization;
using Espalier.Compilation.Format;
using Espalier.Compilation.Model;

namespace Espalier.Training;

/// <summary>
/// Puts a network together layer by layer: shapes follow from what comes before, names from the kind (conv1, pool1, fc1, ...), and weights
/// start as <see cref="Initializer"/> says. Each layer reads the one added before it, unless <see cref="From"/> says otherwise. What no
/// model file would take is refused before memory is.
/// </summary>
/// <param name="inputShape">The shape of one input sample.</param>
/// <param name="seed">Decides the starting weights.</param>
public sealed class NetworkBuilder(Shape inputShape, ulong seed)
{
    private readonly List<TrainableLayer> _layers = [];
    private readonly Dictionary<string, Shape> _shapes = new(StringComparer.Ordinal) { [Layer.InputName] = inputShape };
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly SeededRandom _random = new(seed);
    private string? _from;
    private long _weights;

    /// <summary>The name of the layer added last, or of the one that <see cref="From"/> named.</summary>
    public string Last => _from ?? (_layers.Count == 0 ? Layer.InputName : _layers[^1].Name);

    /// <summary>The shape of what the next layer reads.</summary>
    public Shape Shape => _shapes[Last];

    /// <summary>Makes the next layer read layer <paramref name="name"/>, or the input when it is <see cref="Layer.InputName"/>.</summary>
    /// <exception cref="EspalierException">There is no such layer.</exception>
    public NetworkBuilder From(string name)
    {
        _ = ShapeOf(name);
        _from = name;
        return this;
    }

    /// <summary>Adds a fully connected layer.</summary>
    /// <exception cref="EspalierException">The width is below 1, or the activation cannot be trained.</exception>
    public NetworkBuilder Dense(int outputs, Activation activation)
    {
        string name = NextName("fc");
        if (outputs < 1) throw new EspalierException($"Layer '{name}' has {outputs} outputs; it needs at least one.");
        RequireSize(name, outputs, (double)outputs * Shape.Length);
        var layer = new TrainableDense(name, Shape.Length, outputs, activation) { Sources = Sources() };
        return Add(layer, layer.Weights, fanOut: outputs);
    }

    /// <summary>Adds a convolution.</summary>
    /// <exception cref="EspalierException">The window or the groups do not fit, or the activation cannot be trained.</exception>
    public NetworkBuilder Convolution(int filters, Window window, Activation activation, int groups = 1)
    {
        string name = NextName("conv");
        if (filters < 1) throw new EspalierException($"Layer '{name}' has {filters} filters; it needs at least one.");
        RequireSize(name, filters, (double)filters * Shape.Channels / Math.Max(groups, 1) * window.Height * window.Width);
        var layer = new TrainableConvolution(name, Shape, filters, window, activation, groups) { Sources = Sources() };
        return Add(layer, layer.Weights, fanOut: layer.GroupFilters * window.Length);
    }

    /// <summary>Adds a convolution with filters of its own for each channel.</summary>
    /// <exception cref="EspalierException">The window does not fit, or the activation cannot be trained.</exception>
    public NetworkBuilder Depthwise(Window window, Activation activation) =>
        Convolution(Shape.Channels, window, activation, Shape.Channels);

    /// <summary>Adds a max-pooling.</summary>
    /// <exception cref="EspalierException">The window does not fit.</exception>
    public NetworkBuilder MaxPooling(Window window, bool ceiling = false) => Pooling(PoolingKind.Max, window, ceiling);

    /// <summary>Adds an average pooling, which does not count padding.</summary>
    /// <exception cref="EspalierException">The window does not fit.</exception>
    public NetworkBuilder AveragePooling(Window window, bool ceiling = false) => Pooling(PoolingKind.Average, window, ceiling);

    /// <summary>Adds the mean of each channel.</summary>
    public NetworkBuilder GlobalAverage() => AveragePooling(new Window(Shape.Height, Shape.Width));

    /// <summary>Adds a batch normalisation.</summary>
    /// <exception cref="EspalierException">The activation cannot be trained.</exception>
    public NetworkBuilder BatchNormalization(Activation activation) =>
        Add(new TrainableBatchNormalization(NextName("bn"), Shape, activation) { Sources = Sources() });

    /// <summary>Adds dropout of a part <paramref name="rate"/> of the values, in training only.</summary>
    /// <exception cref="EspalierException">The rate is none.</exception>
    public NetworkBuilder Dropout(double rate) => Add(new TrainableDropout(NextName("drop"), Shape, rate) { Sources = Sources() });

    /// <summary>Adds the sum of the last layer's values and those of <paramref name="others"/>.</summary>
    /// <exception cref="EspalierException">There is no such layer.</exception>
    public NetworkBuilder Addition(Activation activation, params string[] others)
    {
        EquatableArray<string> sources = new([Last, .. others]);
        return Add(new TrainableAddition(new(NextName("add"), Shape, sources.Length, activation)) { Sources = sources });
    }

    /// <summary>Adds the channels of the last layer followed by those of <paramref name="others"/>.</summary>
    /// <exception cref="EspalierException">There is no such layer, or heights and widths differ.</exception>
    public NetworkBuilder Concatenation(params string[] others)
    {
        EquatableArray<string> sources = new([Last, .. others]);
        var layer = new ConcatenationLayer(NextName("concat"), new(sources.Select(ShapeOf)), Activation.Identity);
        return Add(new TrainableConcatenation(layer) { Sources = sources });
    }

    /// <summary>The network.</summary>
    /// <param name="name">An identifier.</param>
    /// <exception cref="EspalierException">The layers do not fit together, or there is none.</exception>
    public TrainableNetwork Build(string name) => new(name, inputShape, _layers);

    private NetworkBuilder Pooling(PoolingKind kind, Window window, bool ceiling)
    {
        var layer = new PoolingLayer(NextName("pool"), Shape, kind, window, ceiling, CountPadding: false, Activation.Identity);
        return Add(new TrainablePooling(layer) { Sources = Sources() });
    }

    private NetworkBuilder Add(TrainableLayer layer, Parameter? weights = null, int fanOut = 0)
    {
        if (weights is not null) Initializer.Fill(weights.Values, weights.Columns, fanOut, layer.Activation, _random);
        _layers.Add(layer);
        _shapes[layer.Name] = layer.OutputShape;
        _from = null;
        return this;
    }

    private void RequireSize(string name, int units, double weights)
    {
        if (units > ModelLimits.MaxValues)
        {
            throw new EspalierException($"Layer '{name}': a layer of {units} units is too large; give at most {ModelLimits.MaxValues}.");
        }

        if (_weights + weights > ModelLimits.MaxWeights)
        {
            throw new EspalierException(string.Create(CultureInfo.InvariantCulture,
                $"Layer '{name}': the network would have {_weights + weights:0} weights, "
                    + $"a model takes at most {ModelLimits.MaxWeights}; give fewer units."));
        }

        _weights += (long)weights;
    }

    private EquatableArray<string> Sources() => _from is null ? default : new([_from]);

    private Shape ShapeOf(string name) =>
        _shapes.TryGetValue(name, out Shape shape) ? shape : throw new EspalierException($"No layer added so far is called '{name}'.");

    private string NextName(string kind)
    {
        int count = _counts.GetValueOrDefault(kind) + 1;
        _counts[kind] = count;
        return $"{kind}{count}";
    }
}
