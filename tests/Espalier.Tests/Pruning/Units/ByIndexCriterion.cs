using Espalier.Pruning;
using Espalier.Pruning.Units;

namespace Espalier.Tests.Pruning.Units;

/// <summary>Units leave in the order of their numbers, but for one that is said to be worth less than nothing.</summary>
internal sealed class ByIndexCriterion(UnitId? outlier = null) : UnitCriterion
{
    public override string Name => "by index";

    private protected override double[][] Score(
        PruningContext context, UnitLayers layers, bool[][] live, CancellationToken cancellation) =>
        [.. live.Select((layer, i) => layer.Select((_, unit) => new UnitId(i, unit) == outlier ? -1e6 : 10.0 * i + unit).ToArray())];
}
