using System.Text.Json.Serialization;
using Espalier.Pruning.Patterns;
using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>One renewal of the mask, with the retraining after it.</summary>
/// <param name="Round">Its number, from 1.</param>
/// <param name="Layers">What each layer had and has.</param>
/// <param name="Threshold">The highest score that was removed, or null when none was.</param>
/// <param name="PredictedLossChange">What the criterion expects of the loss, or null when it does not say.</param>
/// <param name="Before">The network before the round, or null when it was not measured.</param>
/// <param name="AfterPruning">The network right after weights were removed, or null when it was not measured.</param>
/// <param name="AfterRetraining">
/// The network after retraining, or null when it was not retrained or not measured. While a gradual run removes weights, that is measured
/// on the validation part at the end of an epoch, and so is there for the last round of each epoch.
/// </param>
/// <param name="RetrainingEpochs">The epochs of retraining; 0 while a gradual run removes weights.</param>
/// <param name="IsTakenBack">Whether the round was undone, because the error rose too far.</param>
public sealed record PruningRound(
    int Round,
    IReadOnlyList<LayerPruning> Layers,
    float? Threshold,
    double? PredictedLossChange,
    Evaluation? Before,
    Evaluation? AfterPruning,
    Evaluation? AfterRetraining,
    int RetrainingEpochs,
    bool IsTakenBack)
{
    /// <summary>The name of the criterion that chose.</summary>
    public string Criterion { get; init; } = "";

    /// <summary>The spelling of the pattern that the round kept to.</summary>
    public string Pattern { get; init; } = PruningPattern.Weights.Name;

    /// <summary>The weights of the whole network before the round.</summary>
    public int WeightsBefore => Layers.Sum(layer => layer.Before);

    /// <summary>The weights of the whole network after the round.</summary>
    public int WeightsAfter => Layers.Sum(layer => layer.After);

    /// <summary>The last evaluation of the round, or null when it was never measured.</summary>
    [JsonIgnore]
    public Evaluation? Last => AfterRetraining ?? AfterPruning;

    /// <summary>What removing weights did to the loss, before any retraining; null when it was not measured.</summary>
    public double? ActualLossChange => AfterPruning?.Loss - Before?.Loss;
}
