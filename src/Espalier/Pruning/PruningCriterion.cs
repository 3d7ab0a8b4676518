using Espalier.Data;
using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>What a weight is worth. One file a method; patterns, scopes and schedules are chosen apart from it.</summary>
public abstract class PruningCriterion
{
    /// <summary>What reports call it.</summary>
    public abstract string Name { get; }

    /// <summary>Scores every weight: the higher, the more it is worth. Scores of weights that are already removed are not read.</summary>
    /// <param name="network">The network as it stands.</param>
    /// <param name="train">The training samples, for criteria that look at data.</param>
    /// <returns>An array for each of <see cref="TrainableNetwork.PrunableParameters"/>, in the order of its values; no NaN.</returns>
    public abstract float[][] Score(TrainableNetwork network, Dataset train);
}
