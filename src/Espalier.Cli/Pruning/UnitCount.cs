using Espalier.Training;

namespace Espalier.Cli.Pruning;

/// <summary>The units of a layer that are left.</summary>
/// <param name="Layer">The layer that computes them, or "input".</param>
/// <param name="Before">Those of the given network that something read.</param>
/// <param name="After">Those that something reads still.</param>
internal sealed record UnitCount(string Layer, int Before, int After)
{
    /// <summary>The inputs and the hidden layers of two networks with the same layers, whose units can be removed.</summary>
    public static IReadOnlyList<UnitCount> Compare(TrainableNetwork before, TrainableNetwork after) =>
    [
        .. before.Layers.Select((layer, i) =>
            new UnitCount(i == 0 ? "input" : before.Layers[i - 1].Name, ReadBy(layer), ReadBy(after.Layers[i]))),
    ];

    private static int ReadBy(TrainableLayer layer)
    {
        Parameter weights = ((TrainableDense)layer).Weights;
        return Enumerable.Range(0, weights.Columns).Count(IsRead);

        bool IsRead(int column)
        {
            for (int i = column; i < weights.Values.Length; i += weights.Columns)
            {
                if (weights.Values[i] != 0) return true;
            }

            return false;
        }
    }
}
