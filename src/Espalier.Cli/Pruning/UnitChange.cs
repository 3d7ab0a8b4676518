using Espalier.Pruning.Units;
using Espalier.Training;

namespace Espalier.Cli.Pruning;

/// <summary>The units of a layer that are left.</summary>
/// <param name="Layer">The layer that computes them, or "input".</param>
/// <param name="Kind">What they are, in the plural: inputs, units or filters.</param>
/// <param name="Before">Those of the given network that something read.</param>
/// <param name="After">Those that something reads still.</param>
internal sealed record UnitChange(string Layer, string Kind, int Before, int After)
{
    /// <summary>The inputs and the hidden layers of two networks with the same layers, whose units can be removed.</summary>
    public static IReadOnlyList<UnitChange> Compare(TrainableNetwork before, TrainableNetwork after)
    {
        Dictionary<string, int> left = UnitCount.Of(after).ToDictionary(count => count.Layer, count => count.Read);
        return [.. UnitCount.Of(before).Select(count => new UnitChange(count.Layer, Word(count.Kind), count.Read, left[count.Layer]))];
    }

    /// <summary>What some kinds of units are called together.</summary>
    public static string WordFor(IEnumerable<UnitChange> layers)
    {
        IEnumerable<string> hidden = layers.Select(layer => layer.Kind).Where(kind => kind != Word(UnitKind.Input));
        string[] kinds = [.. hidden.Distinct().Order(StringComparer.Ordinal)];
        return kinds.Length == 0 ? Word(UnitKind.Unit) : string.Join(" and ", kinds);
    }

    private static string Word(UnitKind kind) => kind switch
    {
        UnitKind.Input => "inputs",
        UnitKind.Filter => "filters",
        _ => "units",
    };
}
