using System.Numerics.Tensors;

namespace Espalier.Pruning.Patterns;

/// <summary>
/// Puts things with profiles (the worth of a unit's weights input by input, or of an input's weights unit by unit) into groups of a given
/// size, alike or unlike: with L_g the sum of a group's profiles, the sum over groups of |L_g|^2 is made as large or as small as
/// exchanges of two members find. It is the sum of the inner products of the members with each other; when it is least, every group has
/// about as much of everything.
/// </summary>
internal sealed class ProfileGrouping
{
    private const int MaxSweeps = 30;

    // An exchange must change the sum by this part of a profile's own square: rounding is no gain.
    private const double LeastGain = 1e-9;

    private readonly double[][] _products;
    private readonly int[] _groupOf;

    // The sum of each thing's inner products with the members of each group.
    private readonly double[][] _affinities;

    private ProfileGrouping(double[][] profiles, int size)
    {
        int count = profiles.Length, groups = (count + size - 1) / size;
        _products = [.. profiles.Select(_ => new double[count])];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j <= i; j++) _products[i][j] = _products[j][i] = TensorPrimitives.Dot<double>(profiles[i], profiles[j]);
        }

        _groupOf = new int[count];
        _affinities = [.. profiles.Select(_ => new double[groups])];
    }

    /// <summary>The group of each thing, so that those of a group are alike; all groups but the last are full.</summary>
    public static int[] Alike(double[][] profiles, int size)
    {
        var grouping = new ProfileGrouping(profiles, size);
        grouping.FillOneByOne(size);
        grouping.Exchange(sign: 1);
        return grouping._groupOf;
    }

    /// <summary>The group of each thing, so that those of a group are unlike; all groups but the last are full.</summary>
    public static int[] Unlike(double[][] profiles, int size)
    {
        var grouping = new ProfileGrouping(profiles, size);
        grouping.DealOut(size);
        grouping.Exchange(sign: -1);
        return grouping._groupOf;
    }

    // The largest that is left begins a group, and what is most like its members follows.
    private void FillOneByOne(int size)
    {
        var left = new SortedSet<int>(Enumerable.Range(0, _groupOf.Length));
        for (int placed = 0; left.Count > 0; placed++)
        {
            int group = placed / size;
            int next = placed % size == 0
                ? left.MaxBy(i => _products[i][i])
                : left.MaxBy(i => _affinities[i][group] / Math.Sqrt(_products[i][i] + double.Epsilon));
            left.Remove(next);
            Place(next, group);
        }
    }

    // The largest first, each to the group with room that has least of what it has.
    private void DealOut(int size)
    {
        int groups = (_groupOf.Length + size - 1) / size;
        int[] room = [.. Enumerable.Range(0, groups).Select(group => Math.Min(size, _groupOf.Length - group * size))];
        foreach (int next in Enumerable.Range(0, _groupOf.Length).OrderByDescending(i => _products[i][i]))
        {
            int group = Enumerable.Range(0, groups).Where(group => room[group] > 0).MinBy(group => _affinities[next][group]);
            room[group]--;
            Place(next, group);
        }
    }

    private void Exchange(int sign)
    {
        bool isMoved = true;
        for (int sweep = 0; sweep < MaxSweeps && isMoved; sweep++)
        {
            isMoved = false;
            for (int a = 1; a < _groupOf.Length; a++)
            {
                for (int b = 0; b < a; b++)
                {
                    if (_groupOf[a] == _groupOf[b] || sign * Gain(a, b) <= LeastGain * (_products[a][a] + _products[b][b])) continue;
                    (int first, int second) = (_groupOf[a], _groupOf[b]);
                    Withdraw(a);
                    Withdraw(b);
                    Place(a, second);
                    Place(b, first);
                    isMoved = true;
                }
            }
        }
    }

    /// <summary>Half of what the sum grows by when two things of different groups change places.</summary>
    private double Gain(int a, int b)
    {
        (int first, int second) = (_groupOf[a], _groupOf[b]);
        return _affinities[a][second] - _affinities[a][first] + _products[a][a]
            + _affinities[b][first] - _affinities[b][second] + _products[b][b] - 2 * _products[a][b];
    }

    private void Place(int thing, int group)
    {
        _groupOf[thing] = group;
        for (int i = 0; i < _affinities.Length; i++) _affinities[i][group] += _products[i][thing];
    }

    private void Withdraw(int thing)
    {
        for (int i = 0; i < _affinities.Length; i++) _affinities[i][_groupOf[thing]] -= _products[i][thing];
    }
}
