using System.Globalization;
using Espalier.Compilation.Format;
using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import;

/// <summary>The layers of a network in the making, each with the layers that it reads.</summary>
/// <param name="input">The shape of the network's input.</param>
internal sealed class LayerList(Shape input)
{
    private readonly List<Layer> _layers = [];
    private readonly List<int[]> _sources = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal) { Layer.InputName };
    private long _weights;

    /// <summary>The layer at <paramref name="index"/>; null for -1, the input.</summary>
    public Layer? this[int index] => index < 0 ? null : _layers[index];

    /// <summary>The shape of what a layer yields, of the network's input for -1.</summary>
    public Shape ShapeOf(int source) => source < 0 ? input : _layers[source].OutputShape;

    /// <summary>The layer that layer <paramref name="index"/> reads first.</summary>
    public int SourceOf(int index) => _sources[index][0];

    /// <summary>Adds a layer.</summary>
    /// <param name="name">What it should be called; it gets a name that is an identifier and its own.</param>
    /// <param name="sources">What it reads.</param>
    /// <param name="make">Makes the layer from its name.</param>
    /// <returns>Its index.</returns>
    /// <exception cref="EspalierException">The layer makes no sense, or is larger than a model may be.</exception>
    public int Add(string name, int[] sources, Func<string, Layer> make)
    {
        if (_layers.Count == ModelLimits.MaxLayers)
        {
            throw new EspalierException($"the network has more than {ModelLimits.MaxLayers} layers.");
        }

        Layer layer = make(Unique(name));
        Check(layer);
        if ((_weights += layer is WeightedLayer weighted ? weighted.Weights.Count : 0) > ModelLimits.MaxWeights)
        {
            throw new EspalierException(
                $"the network has more than {ModelLimits.MaxWeights:N0} weights that are not zero; that is no small network.");
        }

        _layers.Add(layer);
        _sources.Add(sources);
        return _layers.Count - 1;
    }

    /// <summary>Puts another layer in the place of one.</summary>
    public void Replace(int index, Layer layer)
    {
        Check(layer);
        _layers[index] = layer;
    }

    /// <summary>The network whose output is what layer <paramref name="last"/> yields; layers that it does not need are left out.</summary>
    public Network ToNetwork(string name, int last)
    {
        bool[] isNeeded = Needed(last);
        MergeUnits(isNeeded, last);
        isNeeded = Needed(last);
        var layers = new List<Layer>();
        int previous = -1;
        for (int i = 0; i <= last; i++)
        {
            if (!isNeeded[i]) continue;
            bool isNext = _sources[i] is [int only] && only == previous;
            string[] names = isNext ? [] : Array.ConvertAll(_sources[i], source => source < 0 ? Layer.InputName : _layers[source].Name);
            layers.Add(_layers[i] with { Sources = new EquatableArray<string>(names) });
            previous = i;
        }

        return new Network(name, input, new EquatableArray<Layer>(layers), default);
    }

    private bool[] Needed(int last)
    {
        var isNeeded = new bool[last + 1];
        isNeeded[last] = true;
        for (int i = last; i >= 0; i--)
        {
            if (!isNeeded[i]) continue;
            foreach (int source in _sources[i])
            {
                if (source >= 0) isNeeded[source] = true;
            }
        }

        return isNeeded;
    }

    /// <summary>
    /// Layers that only apply a function to values that nobody else reads give it to the layer before. Only now is it known who reads what.
    /// </summary>
    private void MergeUnits(bool[] isNeeded, int last)
    {
        var readers = new int[last + 1];
        for (int i = 0; i <= last; i++)
        {
            foreach (int source in isNeeded[i] ? _sources[i] : [])
            {
                if (source >= 0) readers[source]++;
            }
        }

        for (int i = 0; i <= last; i++)
        {
            if (!isNeeded[i] || _layers[i] is not BatchNormalizationLayer unit || SourceOf(i) is not (>= 0 and var source)
                || readers[source] > 1)
            {
                continue;
            }

            Layer before = _layers[source];
            bool isUnit = unit == Affine.Unit(unit.Name, unit.Input) with { Activation = unit.Activation };
            if (!isUnit || before.Activation.Kind != ActivationKind.Identity || before is FlattenLayer || before.OutputShape != unit.Input)
            {
                continue;
            }

            _layers[i] = before with { Activation = unit.Activation };
            _sources[i] = _sources[source];
            (_layers[source], isNeeded[source]) = (unit, false);
        }
    }

    /// <summary>A name made an identifier: "/features/0/Conv" becomes "features_0_Conv".</summary>
    public static string ToIdentifier(string name, string otherwise)
    {
        string cleaned = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')).Trim('_');
        if (cleaned.Length == 0) cleaned = otherwise;
        if (char.IsAsciiDigit(cleaned[0])) cleaned = $"{otherwise}_{cleaned}";
        if (cleaned.Length <= Identifier.MaxLength) return cleaned;
        string end = cleaned[^Identifier.MaxLength..].TrimStart([.. "0123456789_"]);
        return end.Length > 0 ? end : otherwise;
    }

    private string Unique(string name)
    {
        const int RoomForNumber = 8;
        string identifier = ToIdentifier(name, "layer"), unique = identifier;
        for (int i = 2; !_names.Add(unique); i++)
        {
            string start = identifier[..Math.Min(identifier.Length, Identifier.MaxLength - RoomForNumber)];
            unique = string.Create(CultureInfo.InvariantCulture, $"{start}_{i}");
        }

        return unique;
    }

    private static void Check(Layer layer)
    {
        if (layer.FindFault() is string fault) throw new EspalierException($"makes no layer: {fault}");
        Shape shape = layer.OutputShape;
        if (shape.Length > ModelLimits.MaxValues)
        {
            throw new EspalierException($"yields {shape} values; {ModelLimits.MaxValues:N0} are the most.");
        }
    }
}
