using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>
/// Finds the units of a network. Each channel of each value is followed through the layers that keep it apart (pooling, normalisation,
/// activation, flatten, dropout, concatenation) up to the weights that read it. Channels that an addition sums are one unit, for none can
/// go without the others; so are, in a convolution with groups, the channels that a group reads and yields, for all groups are of one size.
/// What becomes the network's output is no unit: none of it can go.
/// </summary>
internal sealed class UnitGraph
{
    private readonly TrainableNetwork _network;

    // For each value, the input first, the node of each channel; nodes that are one point to their earliest.
    private readonly int[][] _nodes;
    private readonly List<int> _earliest = [], _owners = [];
    private readonly UnitParts?[] _unitOf;

    /// <summary>Looks at <paramref name="network"/>.</summary>
    /// <exception cref="EspalierException">A hidden layer is a softmax, or a layer is of a kind whose units nobody can tell.</exception>
    public UnitGraph(TrainableNetwork network)
    {
        _network = network;
        for (int i = 0; i < network.Layers.Count - 1; i++)
        {
            if (network.Layers[i].Activation.IsElementwise) continue;
            throw new EspalierException($"Hidden layer '{network.Layers[i].Name}' is a softmax, in which no unit is independent of the "
                + "others; units cannot be removed from this network.");
        }

        _nodes = new int[network.Layers.Count + 1][];
        _nodes[0] = NewNodes(-1, IsReadByNumber(-1) ? network.InputShape.Length : network.InputShape.Channels);
        for (int i = 0; i < network.Layers.Count; i++) _nodes[i + 1] = Connect(i);
        _unitOf = new UnitParts?[_earliest.Count];
        Layers = Collect();
    }

    /// <summary>The units by the layer that is the first to yield them: of the inputs, then of each layer but the last.</summary>
    public UnitParts[][] Layers { get; }

    /// <summary>
    /// The unit of each channel of a value, or null where it cannot go; -1 is the input, where they may be single numbers.
    /// </summary>
    public UnitParts?[] Channels(int value) => Array.ConvertAll(_nodes[value + 1], node => _unitOf[Earliest(node)]);

    /// <summary>The numbers that a channel of a value has in each sample.</summary>
    public int ChannelLength(int value) => Width(value) / _nodes[value + 1].Length;

    /// <summary>The numbers of a sample of a value.</summary>
    public int Width(int value) => (value < 0 ? _network.InputShape : _network.Layers[value].OutputShape).Length;

    /// <summary>Whether nothing but dense layers read a value: then its numbers can go one by one, as pixels do.</summary>
    private bool IsReadByNumber(int value)
    {
        for (int i = 0; i < _network.Layers.Count; i++)
        {
            if (!_network.SourcesOf(i).Contains(value)) continue;
            bool isApart = _network.Layers[i] switch
            {
                TrainableDense => true,
                TrainableFlatten or TrainableDropout => IsReadByNumber(i),
                _ => false,
            };
            if (!isApart) return false;
        }

        return true;
    }

    private int[] NewNodes(int value, int count)
    {
        var nodes = new int[count];
        for (int i = 0; i < count; i++)
        {
            nodes[i] = _earliest.Count;
            _earliest.Add(nodes[i]);
            _owners.Add(value);
        }

        return nodes;
    }

    private int[] Connect(int index)
    {
        TrainableLayer layer = _network.Layers[index];
        int[][] sources = [.. _network.SourcesOf(index).Select(source => _nodes[source + 1])];
        switch (layer)
        {
            case TrainableDense or TrainableConvolution { Groups: 1 }:
                return NewNodes(index, layer.OutputShape.Channels);
            case TrainableConvolution convolution:
                int[] filters = NewNodes(index, convolution.OutputShape.Channels);
                for (int i = 0; i < filters.Length; i++) Join(filters[i], FirstOfGroup(i / convolution.GroupFilters));
                for (int i = 0; i < sources[0].Length; i++) Join(sources[0][i], FirstOfGroup(i / convolution.GroupChannels));

                return filters;

                int FirstOfGroup(int group) => sources[0][group * convolution.GroupChannels];
            case TrainablePooling or TrainableBatchNormalization or TrainableDropout:
                return sources[0];
            case TrainableFlatten:
                int length = layer.InputShape.Length / sources[0].Length;
                return [.. sources[0].SelectMany(node => Enumerable.Repeat(node, length))];
            case TrainableConcatenation:
                return [.. sources.SelectMany(nodes => nodes)];
            case TrainableAddition:
                for (int i = 0; i < sources[0].Length; i++)
                {
                    foreach (int[] other in sources.AsSpan(1)) Join(sources[0][i], other[i]);
                }

                return sources[0];
            default:
                throw new EspalierException(
                    $"Layer '{layer.Name}' is a {layer.GetType().Name}, of which nobody can tell the units; none can be removed.");
        }
    }

    private int Earliest(int node)
    {
        while (_earliest[node] != node) node = _earliest[node] = _earliest[_earliest[node]];
        return node;
    }

    private void Join(int left, int right)
    {
        (left, right) = (Earliest(left), Earliest(right));
        _earliest[Math.Max(left, right)] = Math.Min(left, right);
    }

    private UnitParts[][] Collect()
    {
        HashSet<int> fixedNodes = [.. _nodes[^1].Select(Earliest)];
        var layers = new List<UnitParts>[_network.Layers.Count];
        for (int i = 0; i < layers.Length; i++) layers[i] = [];
        for (int node = 0; node < _earliest.Count; node++)
        {
            if (_earliest[node] != node || fixedNodes.Contains(node)) continue;
            layers[_owners[node] + 1].Add(_unitOf[node] = new UnitParts());
        }

        for (int value = -1; value < _network.Layers.Count; value++) AddPlaces(value);
        for (int i = 0; i < _network.Layers.Count; i++) AddWork(i);
        return [.. layers.Select(layer => layer.ToArray())];
    }

    private void AddPlaces(int value)
    {
        foreach ((UnitParts unit, int first, int count) in Runs(value))
        {
            int length = ChannelLength(value);
            unit.Add(new UnitFace(value, first * length, count * length));
        }
    }

    /// <summary>Tells the units that layer <paramref name="index"/> computes or reads of it.</summary>
    private void AddWork(int index)
    {
        int source = _network.SourcesOf(index)[0], length = ChannelLength(source);
        switch (_network.Layers[index])
        {
            case TrainableWeightedLayer layer:
                UnitParts?[] outputs = Channels(index);
                for (int row = 0; row < outputs.Length; row++) outputs[row]?.Add(new UnitRow(layer, row));
                if (layer is TrainableConvolution { Groups: > 1 }) break;
                int columns = layer is TrainableConvolution convolution ? convolution.Window.Length : length;
                foreach ((UnitParts unit, int first, int count) in Runs(source))
                {
                    unit.AddRead(index, layer, new UnitFace(source, first * length, count * length), first * columns, count * columns);
                }

                break;
            case TrainableBatchNormalization layer:
                UnitParts?[] channels = Channels(index);
                for (int channel = 0; channel < channels.Length; channel++) channels[channel]?.Add(new UnitChannel(layer, channel));
                break;
        }
    }

    /// <summary>The runs of channels of a value that belong to one unit.</summary>
    private IEnumerable<(UnitParts Unit, int First, int Count)> Runs(int value)
    {
        UnitParts?[] channels = Channels(value);
        for (int first = 0, end; first < channels.Length; first = end)
        {
            for (end = first + 1; end < channels.Length && channels[end] == channels[first];) end++;
            if (channels[first] is UnitParts unit) yield return (unit, first, end - first);
        }
    }
}
