using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>
/// A network's layers while a pass rewrites them: each with the indices of what it reads, so that layers may come and go without a thought
/// to names. The last layer yields the network's output, always.
/// </summary>
internal sealed class LayerGraph
{
    /// <summary>The index that stands for the network's input.</summary>
    public const int Input = -1;

    private readonly Network _network;
    private readonly List<Layer> _layers;
    private readonly List<int[]> _sources;

    private LayerGraph(Network network)
    {
        _network = network;
        _layers = [.. network.Layers];
        _sources = [.. Enumerable.Range(0, network.Layers.Length).Select(network.SourcesOf)];
    }

    /// <summary>The number of layers.</summary>
    public int Count => _layers.Count;

    /// <summary>The layer at <paramref name="index"/>.</summary>
    public Layer this[int index]
    {
        get => _layers[index];
        set => _layers[index] = value;
    }

    /// <summary>The graph of <paramref name="network"/>.</summary>
    public static LayerGraph Of(Network network) => new(network);

    /// <summary>What the layer at <paramref name="index"/> reads, in the order of its inputs.</summary>
    public IReadOnlyList<int> Sources(int index) => _sources[index];

    /// <summary>The layers that read the one at <paramref name="index"/>, in order.</summary>
    public IEnumerable<int> Readers(int index) => Enumerable.Range(0, Count).Where(reader => _sources[reader].Contains(index));

    /// <summary>The shape of what the layer at <paramref name="index"/> yields; of the network's input for <see cref="Input"/>.</summary>
    public Shape ShapeOf(int index) => index == Input ? _network.InputShape : _layers[index].OutputShape;

    /// <summary>The number of values of each channel of that shape.</summary>
    public int AreaOf(int index) => ShapeOf(index).Height * ShapeOf(index).Width;

    /// <summary>Lets the layer at <paramref name="index"/> read one thing, <paramref name="source"/>.</summary>
    public void SetSource(int index, int source) => _sources[index] = [source];

    /// <summary>Takes out a layer of one input; what reads it reads its source from then on.</summary>
    public void Bypass(int index)
    {
        int source = _sources[index][0];
        foreach (int[] sources in _sources) Replace(sources, index, source);
        RemoveAt(index);
    }

    /// <summary>Takes out the layers that nobody reads, the last one excepted, and gives them back from the last on.</summary>
    public IReadOnlyList<Layer> RemoveUnread()
    {
        var removed = new List<Layer>();
        for (int i = Count - 2; i >= 0; i--)
        {
            if (Readers(i).Any()) continue;
            removed.Add(_layers[i]);
            RemoveAt(i);
        }

        return removed;
    }

    /// <summary>The network of these layers. Sources are named where a layer does not read the one before it.</summary>
    public Network ToNetwork() => _network with
    {
        Layers = new EquatableArray<Layer>(_layers.Select((layer, i) => layer with
        {
            Sources = _sources[i].Length == 1 && _sources[i][0] == i - 1
                ? default
                : new EquatableArray<string>(_sources[i].Select(source => source == Input ? Layer.InputName : _layers[source].Name)),
        })),
    };

    private static void Replace(int[] sources, int from, int to)
    {
        for (int i = 0; i < sources.Length; i++)
        {
            if (sources[i] == from) sources[i] = to;
        }
    }

    private void RemoveAt(int index)
    {
        _layers.RemoveAt(index);
        _sources.RemoveAt(index);
        foreach (int[] sources in _sources)
        {
            for (int i = 0; i < sources.Length; i++)
            {
                if (sources[i] > index) sources[i]--;
            }
        }
    }
}
