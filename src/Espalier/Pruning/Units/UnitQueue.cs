namespace Espalier.Pruning.Units;

/// <summary>The units of a ranking, lowest score first; of equals the earlier layer, then the lower index.</summary>
internal sealed class UnitQueue
{
    private readonly List<(UnitId Unit, double Score)> _waiting;
    private readonly int[] _removable;
    private readonly HashSet<UnitId> _heldBack = [];

    /// <summary>Ranks the living units that may leave.</summary>
    /// <param name="scores">A score for each unit, by layer; layers without any are not touched.</param>
    /// <param name="live">Whether a unit still lives.</param>
    /// <param name="minimum">The number of units that each layer keeps at least.</param>
    /// <param name="choice">Which of them may leave at all.</param>
    /// <param name="outliers">What replaces scores out of all proportion, or null.</param>
    /// <param name="costs">What a unit's score is divided by for the ranking, or null.</param>
    public UnitQueue(double[][] scores, bool[][] live, int minimum, UnitChoice choice, OutlierRule? outliers, Func<UnitId, int>? costs)
    {
        _removable = [.. scores.Select((layer, i) => layer.Length == 0 ? 0 : live[i].AsSpan().Count(true) - minimum)];
        UnitId[] units = [.. scores.SelectMany((layer, i) => layer.Select((_, unit) => new UnitId(i, unit))).Where(IsLive)];
        double[] keys = Array.ConvertAll(units, unit => scores[unit.Layer][unit.Unit]);
        outliers?.Apply(keys);
        IEnumerable<(UnitId Unit, double Score)> ranked = units.Zip(keys);
        if (choice == UnitChoice.Outlying) ranked = ranked.GroupBy(pair => pair.Unit.Layer).SelectMany(Outlying);
        _waiting = [.. ranked.OrderBy(pair => pair.Score / (costs?.Invoke(pair.Unit) ?? 1))];

        bool IsLive(UnitId unit) => live[unit.Layer][unit.Unit];
    }

    /// <summary>The units below mean - deviation of their layer, the deviation being that of the units themselves (divisor n).</summary>
    private static IEnumerable<(UnitId Unit, double Score)> Outlying(IEnumerable<(UnitId Unit, double Score)> layer)
    {
        (UnitId Unit, double Score)[] units = [.. layer];
        double mean = units.Average(unit => unit.Score);
        double deviation = Math.Sqrt(units.Average(unit => (unit.Score - mean) * (unit.Score - mean)));
        return units.Where(unit => unit.Score < mean - deviation);
    }

    /// <summary>Makes a unit wait until no other is left to take.</summary>
    public void HoldBack(UnitId unit) => _heldBack.Add(unit);

    /// <summary>Takes the lowest unit whose layer can do without it, or none when there is no such unit.</summary>
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
