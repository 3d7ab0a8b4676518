using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>One round of removals, with the retraining after it.</summary>
/// <param name="Round">Its number, from 1.</param>
/// <param name="Removed">The units that left, in order.</param>
/// <param name="UnitsAfter">The units that are left, of those that may leave.</param>
/// <param name="PredictedLossChange">The sum of their scores, where the criterion predicts the loss; null otherwise.</param>
/// <param name="Before">The network before the round.</param>
/// <param name="AfterPruning">The network right after units left.</param>
/// <param name="AfterRetraining">The network after retraining, or null when there was none.</param>
/// <param name="IsTakenBack">Whether the round was undone, because it went beyond the target.</param>
public sealed record UnitPruningRound(
    int Round,
    IReadOnlyList<RemovedUnit> Removed,
    int UnitsAfter,
    double? PredictedLossChange,
    Evaluation Before,
    Evaluation AfterPruning,
    Evaluation? AfterRetraining,
    bool IsTakenBack)
{
    /// <summary>The network at the end of the round.</summary>
    public Evaluation After => AfterRetraining ?? AfterPruning;

    /// <summary>What the removals did to the loss, before any retraining.</summary>
    public double ActualLossChange => AfterPruning.Loss - Before.Loss;
}
