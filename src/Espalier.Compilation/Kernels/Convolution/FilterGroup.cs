using System.Collections.Generic;
using System.Linq;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>
/// Filters that are computed together: what several of them read is loaded once for all, and their sums hide each other's latency.
/// </summary>
internal sealed class FilterGroup
{
    private readonly List<GroupTap> _taps = [];

    /// <summary>The group of some filters.</summary>
    /// <param name="filters">Their indices, perhaps one of them twice to fill the group.</param>
    /// <param name="terms">The terms of each.</param>
    public FilterGroup(int[] filters, IEnumerable<(int Offset, float Weight)>[] terms)
    {
        Filters = filters;
        var places = new Dictionary<int, int>();
        for (int i = 0; i < filters.Length; i++)
        {
            foreach ((int offset, float weight) in terms[i])
            {
                if (!places.TryGetValue(offset, out int place))
                {
                    places[offset] = place = _taps.Count;
                    _taps.Add(new GroupTap(offset, new float?[filters.Length]));
                }

                _taps[place].Weights[i] = weight;
            }
        }

        _taps.Sort((a, b) => a.Offset.CompareTo(b.Offset));
    }

    /// <summary>The indices of the filters.</summary>
    public IReadOnlyList<int> Filters { get; }

    /// <summary>What any of them reads, in the order of memory.</summary>
    public IReadOnlyList<GroupTap> Taps => _taps;

    /// <summary>The number of weights.</summary>
    public int Terms => _taps.Sum(tap => tap.Weights.Count(weight => weight is not null));

    /// <summary>The most terms of a filter.</summary>
    public int MostTerms => Enumerable.Range(0, Filters.Count).Max(i => _taps.Count(tap => tap.Weights[i] is not null));

    /// <summary>The terms as loops take them, in <paramref name="chains"/> sums an output.</summary>
    public GroupLists Lists(int chains)
    {
        // A filter alone has no loop for what it shares; a tap too many for the chains is taken by each filter for itself.
        List<GroupTap> shared = Filters.Count == 1 ? [] : _taps.FindAll(tap => tap.Weights.All(weight => weight is not null));
        shared.RemoveRange(shared.Count - shared.Count % chains, shared.Count % chains);
        var isShared = new HashSet<int>(shared.Select(tap => tap.Offset));
        List<(int Offset, float Weight)>[] own = [.. Enumerable.Range(0, Filters.Count).Select(
            i => _taps.Where(tap => tap.Weights[i] is not null && !isShared.Contains(tap.Offset))
                .Select(tap => (tap.Offset, tap.Weights[i]!.Value)).ToList())];
        int most = Simd.RoundUp(own.Max(list => list.Count), chains);
        for (int i = 0; i < own.Length; i++)
        {
            // What evens out the counts multiplies a value that the filter reads anyway by zero.
            while (own[i].Count < most) own[i].Add((_taps.Last(tap => tap.Weights[i] is not null).Offset, 0f));
        }

        return new GroupLists(shared, own);
    }
}

/// <summary>A value that filters of a group read.</summary>
/// <param name="Offset">Where it is.</param>
/// <param name="Weights">The weight of each filter; null for one that does not read it.</param>
internal sealed record GroupTap(int Offset, float?[] Weights);

/// <summary>The terms of a group as loops take them.</summary>
/// <param name="Shared">Those that all filters read.</param>
/// <param name="Own">The other terms of each filter, by turns, of each as many.</param>
internal sealed record GroupLists(IReadOnlyList<GroupTap> Shared, IReadOnlyList<(int Offset, float Weight)>[] Own)
{
    /// <summary>The terms that each filter has besides the shared ones.</summary>
    public int OwnCount => Own[0].Count;
}
