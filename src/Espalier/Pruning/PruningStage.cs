using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Pruning;

/// <summary>What all pruning runs share: a network, the samples it is judged by, and one renewal of its mask.</summary>
internal sealed class PruningStage(TrainableNetwork network, Dataset train, Dataset? validation, LossKind loss)
{
    public TrainableNetwork Network => network;

    public Dataset Train => train;

    public Dataset? Validation => validation;

    /// <summary>The set that the log's evaluations are of.</summary>
    public Dataset Judge => validation ?? train;

    public Evaluation Evaluate() => Evaluator.Evaluate(network, Judge, loss);

    /// <summary>Removes the worst weights until <paramref name="keep"/> are left.</summary>
    /// <returns>What each layer had and has, and the highest score that was removed.</returns>
    public (LayerPruning[] Layers, float? Threshold) Prune(PruningCriterion criterion, PruningScope scope, int keep)
    {
        int[] before = [.. network.PrunableParameters.Select(layer => layer.LiveCount)];
        float threshold = MaskSelection.Apply(network, criterion.Score(network, train), keep, scope);
        LayerPruning[] layers = [.. network.PrunableParameters.Select((layer, i) => new LayerPruning(layer.Name, layer.Values.Length, before[i], layer.LiveCount))];
        return (layers, float.IsNegativeInfinity(threshold) ? null : threshold);
    }
}
