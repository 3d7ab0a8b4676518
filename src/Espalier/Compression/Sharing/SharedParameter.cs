using Espalier.Training;

namespace Espalier.Compression.Sharing;

/// <summary>
/// The weights (or biases) of a layer that share a few values. Which value a weight has is fixed from the start; training moves the values:
/// dL/dC_k is the sum of dL/dW_i over the members i of k (Han, Mao and Dally 2016, equation 3).
/// </summary>
public sealed class SharedParameter
{
    private readonly int[] _members;
    private readonly int[] _codes;
    private readonly int[] _firstMembers;

    private SharedParameter(Parameter parameter, int[] members, Clustering clusters)
    {
        (Parameter, _members, _codes) = (parameter, members, [.. clusters.Members]);
        _firstMembers = new int[clusters.Centroids.Count];
        for (int i = _codes.Length - 1; i >= 0; i--) _firstMembers[_codes[i]] = members[i];
    }

    /// <summary>The parameter; each of its values is a shared one, or +0.</summary>
    public Parameter Parameter { get; }

    /// <summary>The number of shared values.</summary>
    public int CodebookLength => _firstMembers.Length;

    /// <summary>The shared values as they are now, ascending when the weights were clustered.</summary>
    public IReadOnlyList<float> Codebook => Array.ConvertAll(_firstMembers, member => Parameter.Values[member]);

    /// <summary>For each number of the parameter the index of its shared value, or -1 when it is removed.</summary>
    public IReadOnlyList<int> Codes
    {
        get
        {
            var codes = new int[Parameter.Values.Length];
            codes.AsSpan().Fill(-1);
            for (int i = 0; i < _members.Length; i++) codes[_members[i]] = _codes[i];
            return codes;
        }
    }

    /// <summary>Puts the mean of its cluster in the place of each number that is not removed.</summary>
    /// <param name="parameter">The parameter, whose values change.</param>
    /// <param name="bits">It gets at most 2^bits values.</param>
    /// <param name="options">How to cluster.</param>
    internal static SharedParameter Share(Parameter parameter, int bits, WeightSharingOptions options)
    {
        var members = new List<int>();
        for (int i = 0; i < parameter.Values.Length; i++)
        {
            if (parameter.IsLive(i)) members.Add(i);
        }

        float[] values = [.. members.Select(member => parameter.Values[member])];
        Clustering clusters = KMeans.Run(values, 1 << bits, options.Start, options.Seed);
        var shared = new SharedParameter(parameter, [.. members], clusters);
        shared.Spread(parameter.Values, clusters.Centroids);
        return shared;
    }

    /// <summary>
    /// Gives each member of a centroid the gradient of that centroid. An optimizer then moves them all by the same numbers, so that they
    /// stay equal to the bit whatever its rule.
    /// </summary>
    internal void GatherGradient()
    {
        var sums = new double[CodebookLength];
        for (int i = 0; i < _members.Length; i++) sums[_codes[i]] += Parameter.Gradient[_members[i]];
        Spread(Parameter.Gradient, Array.ConvertAll(sums, sum => (float)sum));
    }

    private void Spread(float[] target, IReadOnlyList<float> values)
    {
        for (int i = 0; i < _members.Length; i++) target[_members[i]] = values[_codes[i]];
    }
}
