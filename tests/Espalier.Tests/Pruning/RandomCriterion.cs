using Espalier.Data;
using Espalier.Pruning;
using Espalier.Training;

namespace Espalier.Tests.Pruning;

/// <summary>Weights are worth what chance says: the bar that every criterion has to clear.</summary>
internal sealed class RandomCriterion(ulong seed) : PruningCriterion
{
    private readonly SeededRandom _random = new(seed);

    public override string Name => "random";

    public override float[][] Score(TrainableNetwork network, Dataset train) =>
        [.. network.PrunableParameters.Select(layer => Array.ConvertAll(layer.Values, _ => (float)_random.NextDouble()))];
}
