namespace Espalier.Pruning.Patterns;

/// <summary>The weights of a unit's slice from the best to the worst.</summary>
internal sealed class SliceRanking(LayerWorth layer, LayerLayout layout)
{
    private readonly int[][] _members = layout.InputsOfSlices();
    private readonly int[] _weights = new int[layer.Inputs];
    private readonly double[] _keys = new double[layer.Inputs];

    /// <summary>
    /// The weights of a slice, best first, those that are gone last; of equals, the higher index first. Good until the next call.
    /// </summary>
    public ReadOnlySpan<int> Of(int unit, int slice)
    {
        int count = 0;
        int[] members = _members[slice];
        for (int i = members.Length - 1; i >= 0; i--)
        {
            int weight = unit * layer.Inputs + members[i];
            double key = layer.IsLive(weight) ? -layer.Of(weight) : double.PositiveInfinity;
            int at = count++;
            for (; at > 0 && _keys[at - 1] > key; at--) (_keys[at], _weights[at]) = (_keys[at - 1], _weights[at - 1]);
            (_keys[at], _weights[at]) = (key, weight);
        }

        return _weights.AsSpan(0, count);
    }
}
