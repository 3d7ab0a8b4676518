namespace Espalier.Pruning.Units;

/// <summary>The units of a ranking, lowest score first; of equals the earlier layer, then the lower index.</summary>
internal sealed class UnitQueue
{
    private readonly List<(UnitId Unit, double Score)> _waiting;
    private readonly int[] _removable;
    private readonly HashSet<UnitId> _heldBack = [];

    /// <summary>Ranks the living units.</summary>
    /// <param name="scores">A score for each unit, by layer; layers without any are not touched.</param>
    /// <param name="live">Whether a unit still lives.</param>
    /// <param name="minimum">The number of units that each layer keeps at least.</param>
    /// <param name="outliers">What replaces scores out of all proportion, or null.</param>
    public UnitQueue(double[][] scores, bool[][] live, int minimum, OutlierRule? outliers)
    {
        _removable = [.. scores.Select((layer, i) => layer.Length == 0 ? 0 : live[i].AsSpan().Count(true) - minimum)];
        UnitId[] units = [.. scores.SelectMany((layer, i) => layer.Select((_, unit) => new UnitId(i, unit))).Where(IsLive)];
        double[] keys = Array.ConvertAll(units, unit => scores[unit.Layer][unit.Unit]);
        outliers?.Apply(keys);
        _waiting = [.. units.Zip(keys).OrderBy(pair => pair.Second)];

        bool IsLive(UnitId unit) => live[unit.Layer][unit.Unit];
    }

    /// <summary>Makes a unit wait until no other is left to take.</summary>
    public void HoldBack(UnitId unit) => _heldBack.Add(unit);

    /// <summary>Takes the lowest unit whose layer can do without it, or none when every layer is at its minimum.</summary>
    public (UnitId Unit, double Score)? Take()
    {
        int index = _waiting.FindIndex(item => CanGo(item.Unit) && !_heldBack.Contains(item.Unit));
        if (index < 0) index = _waiting.FindIndex(item => CanGo(item.Unit));
        if (index < 0) return null;
        (UnitId Unit, double Score) taken = _waiting[index];
        _waiting.RemoveAt(index);
        _removable[taken.Unit.Layer]--;
        return taken;

        bool CanGo(UnitId unit) => _removable[unit.Layer] > 0;
    }
}
