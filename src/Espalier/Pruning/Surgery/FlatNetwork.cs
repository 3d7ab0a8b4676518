using Espalier.Training;

namespace Espalier.Pruning.Surgery;

/// <summary>
/// A multi-layer perceptron with all its parameters, weights and biases, in one vector of doubles: what methods work on that treat the
/// whole network as one quadratic problem. Float arithmetic would drown the small differences that they live by.
/// </summary>
internal sealed class FlatNetwork
{
    private readonly TrainableNetwork _source;

    /// <summary>Copies the numbers and masks of <paramref name="network"/>.</summary>
    /// <exception cref="EspalierException">A layer is not dense.</exception>
    public FlatNetwork(TrainableNetwork network)
    {
        _source = network;
        var layers = new List<FlatLayer>();
        int count = 0;
        foreach (TrainableLayer layer in network.Layers)
        {
            if (layer is not TrainableDense dense)
            {
                throw new EspalierException(
                    $"Layer '{layer.Name}' is a {layer.GetType().Name}; pruning by the Hessian of the whole network works on dense layers "
                    + "only. Use a layer-wise method, such as exact-obs or l-obs.");
            }

            int biases = count + dense.Weights.Values.Length;
            layers.Add(new FlatLayer(dense.Weights.Columns, dense.Weights.Rows, layer.Activation, count, biases));
            count = biases + dense.Biases.Values.Length;
        }

        Layers = layers;
        (Values, IsLive, IsWeight) = (new double[count], new bool[count], new bool[count]);
        int start = 0;
        foreach (Parameter parameter in network.Parameters)
        {
            for (int i = 0; i < parameter.Values.Length; i++)
            {
                Values[start + i] = parameter.Values[i];
                IsLive[start + i] = parameter.IsLive(i);
                IsWeight[start + i] = parameter.IsWeight;
            }

            start += parameter.Values.Length;
        }
    }

    private FlatNetwork(FlatNetwork other) =>
        (_source, Layers, Values, IsLive, IsWeight) =
        (other._source, other.Layers, [.. other.Values], [.. other.IsLive], other.IsWeight);

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<FlatLayer> Layers { get; }

    /// <summary>All parameters in the order of <see cref="TrainableNetwork.Parameters"/>; those that were removed are 0.</summary>
    public double[] Values { get; }

    /// <summary>Whether a parameter may differ from 0.</summary>
    public bool[] IsLive { get; }

    /// <summary>Whether a parameter is a weight; else it is a bias.</summary>
    public bool[] IsWeight { get; }

    /// <summary>The places of all parameters that live.</summary>
    public int[] LiveIndices() => [.. Enumerable.Range(0, Values.Length).Where(i => IsLive[i])];

    /// <summary>The number of weights that live, and of biases too when they are counted.</summary>
    public int LiveCount(bool withBiases)
    {
        int count = 0;
        for (int i = 0; i < IsLive.Length; i++) count += IsLive[i] && (withBiases || IsWeight[i]) ? 1 : 0;
        return count;
    }

    /// <summary>Sets a parameter to 0 for good.</summary>
    public void Remove(int index) => (Values[index], IsLive[index]) = (0, false);

    /// <summary>A copy with numbers and masks of its own.</summary>
    public FlatNetwork Clone() => new(this);

    /// <summary>Takes over the numbers and masks of <paramref name="other"/>, bit for bit.</summary>
    public void CopyFrom(FlatNetwork other)
    {
        other.Values.CopyTo(Values, 0);
        other.IsLive.CopyTo(IsLive, 0);
    }

    /// <summary>The parameter that a place belongs to, with the index in it.</summary>
    public (Parameter Parameter, int Index) Locate(int index)
    {
        foreach (Parameter parameter in _source.Parameters)
        {
            if (index < parameter.Values.Length) return (parameter, index);
            index -= parameter.Values.Length;
        }

        throw new ArgumentOutOfRangeException(nameof(index));
    }

    /// <summary>Gives the network that this was made from the numbers, rounded to floats, and the masks.</summary>
    public void Write()
    {
        int start = 0;
        foreach (Parameter parameter in _source.Parameters)
        {
            var mask = new uint[parameter.Values.Length];
            for (int i = 0; i < mask.Length; i++)
            {
                parameter.Values[i] = (float)Values[start + i];
                mask[i] = IsLive[start + i] ? Parameter.Live : Parameter.Removed;
            }

            // A parameter that nobody pruned stays without a mask.
            if (parameter.Mask is not null || mask.AsSpan().Contains(Parameter.Removed)) parameter.Freeze(mask);
            start += mask.Length;
        }
    }
}
