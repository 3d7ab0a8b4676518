using Espalier.Pruning;

namespace Espalier.Tests.Pruning;

/// <summary>Weights are worth what chance says: the bar that every criterion has to clear.</summary>
internal sealed class RandomCriterion(ulong seed) : ScoreCriterion
{
    private readonly SeededRandom _random = new(seed);

    public override string Name => "random";

    public override float[][] Score(PruningContext context, CancellationToken cancellation = default) =>
        [.. context.Network.PrunableParameters.Select(layer => Array.ConvertAll(layer.Values, _ => (float)_random.NextDouble()))];
}
