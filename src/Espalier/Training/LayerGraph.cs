using Espalier.Compilation.Model;

namespace Espalier.Training;

/// <summary>Which layer of a network under training reads which, and how the immutable model says the same.</summary>
internal sealed class LayerGraph
{
    private readonly TrainableNetwork _network;
    private readonly int[]?[] _sources;

    /// <summary>Follows the names of <paramref name="network"/>'s layers; see <see cref="FindFault"/>.</summary>
    public LayerGraph(TrainableNetwork network)
    {
        _network = network;
        var indices = new Dictionary<string, int>(StringComparer.Ordinal) { [Layer.InputName] = -1 };
        _sources = new int[]?[network.Layers.Count];
        for (int i = 0; i < _sources.Length; i++)
        {
            TrainableLayer layer = network.Layers[i];
            _sources[i] = layer.Sources.Length == 0 ? [i - 1]
                : layer.Sources.All(indices.ContainsKey) ? [.. layer.Sources.Select(name => indices[name])] : null;
            indices.TryAdd(layer.Name, i);
        }
    }

    /// <summary>Whether each layer reads the one before it and nothing else.</summary>
    public bool IsChain => Enumerable.Range(0, _sources.Length).All(i => SourcesOf(i) is [int source] && source == i - 1);

    /// <summary>The layers that layer <paramref name="index"/> reads; -1 is the network's input.</summary>
    public int[] SourcesOf(int index) => _sources[index]!;

    /// <summary>
    /// What the model cannot see, as a sentence, or null: names that no layer has, and layers that do something in training only. All else
    /// is left to <see cref="Network.FindFault"/>.
    /// </summary>
    public string? FindFault()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var unread = new HashSet<TrainableLayer>(_network.Layers);
        for (int i = 0; i < _sources.Length; i++)
        {
            TrainableLayer layer = _network.Layers[i];
            if (!names.Add(layer.Name)) return $"Two layers are called '{layer.Name}'.";
            if (_sources[i] is not int[] sources)
            {
                return $"Layer '{layer.Name}' reads '{layer.Sources.First(name => name != Layer.InputName && !names.Contains(name))}', "
                    + "which no layer before it is called.";
            }

            foreach (int source in sources.Where(source => source >= 0)) unread.Remove(_network.Layers[source]);
            if (layer is not TrainableDropout) continue;
            if (sources.Length != 1) return $"Layer '{layer.Name}' reads 1 input, but {sources.Length} come to it.";
            Shape comes = sources[0] < 0 ? _network.InputShape : _network.Layers[sources[0]].OutputShape;
            if (comes != layer.InputShape) return $"Layer '{layer.Name}' reads {layer.InputShape} values but {comes} come to it.";
            if (i == _sources.Length - 1) return $"Layer '{layer.Name}' is dropout and the last; it would drop answers.";
        }

        return unread.FirstOrDefault(layer => layer is TrainableDropout) is TrainableLayer dropout
            ? $"No layer reads '{dropout.Name}', and it is not the last."
            : null;
    }

    /// <summary>The layers of the immutable model; what a layer reads by way of dropout it reads there at first hand.</summary>
    public IEnumerable<Layer> ModelLayers()
    {
        string before = Layer.InputName;
        for (int i = 0; i < _sources.Length; i++)
        {
            if (_network.Layers[i].ToLayer() is not Layer layer) continue;
            string[] names = [.. SourcesOf(i).Select(NameInModel)];
            bool readsOneBefore = layer.Sources.Length == 0 && names.Length == 1 && names[0] == before;
            yield return layer with { Sources = readsOneBefore ? default : new(names) };
            before = layer.Name;
        }
    }

    private string NameInModel(int index)
    {
        while (index >= 0 && _network.Layers[index] is TrainableDropout) index = SourcesOf(index)[0];
        return index < 0 ? Layer.InputName : _network.Layers[index].Name;
    }
}
