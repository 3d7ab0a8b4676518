namespace Espalier.Pruning.Patterns;

/// <summary>The weights of a layer in sets that leave together, the set of the least worth first.</summary>
internal sealed class WeightSets
{
    private readonly double[] _sums;
    private readonly int[] _sizes;
    private int _nextIdle;

    /// <summary>Begins without any weight in a set.</summary>
    /// <param name="weights">The number of the layer's weights.</param>
    /// <param name="count">The number of sets.</param>
    /// <param name="idle">The number of weights that do nothing, each of them a set besides.</param>
    public WeightSets(int weights, int count, int idle = 0)
    {
        Of = new int[weights];
        Array.Fill(Of, None);
        (_sums, _sizes, Live, _nextIdle) = (new double[count + idle], new int[count + idle], new int[count + idle], count);
    }

    /// <summary>The set of a weight that is gone already.</summary>
    public const int None = -1;

    /// <summary>The set of each weight.</summary>
    public int[] Of { get; }

    /// <summary>How many weights of each set are left.</summary>
    public int[] Live { get; }

    /// <summary>The number of sets.</summary>
    public int Count => _sums.Length;

    /// <summary>Adds a weight to a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="weight">The weight's index in the layer.</param>
    /// <param name="layer">What weights are worth.</param>
    public void Add(int set, int weight, LayerWorth layer)
    {
        _sizes[set]++;
        if (!layer.IsLive(weight)) return;
        Of[weight] = set;
        Live[set]++;
        _sums[set] += layer.Of(weight);
    }

    /// <summary>Adds a weight that does nothing: it leaves before all others, by itself.</summary>
    public void AddIdle(int weight, LayerWorth layer)
    {
        Add(_nextIdle, weight, layer);
        _sums[_nextIdle++] = double.NegativeInfinity;
    }

    /// <summary>Says that a set stays, whatever it is worth.</summary>
    public void Keep(int set) => _sums[set] = double.PositiveInfinity;

    /// <summary>
    /// What a weight of the set is worth on average. Those that are gone already count: a kernel computes with their zeros.
    /// </summary>
    public double Worth(int set) => _sums[set] / _sizes[set];
}
