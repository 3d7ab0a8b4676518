using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>Where a pruning run stands.</summary>
/// <param name="Round">The round under way, from 1; of a gradual run, 1 while weights go and 2 in fine-tuning.</param>
/// <param name="Rounds">The number of rounds; for a search, an upper bound.</param>
/// <param name="Weights">The weights that are left.</param>
/// <param name="Training">The retraining under way, or null.</param>
public readonly record struct PruningProgress(int Round, int Rounds, int Weights, TrainingProgress? Training)
{
    /// <summary>The part of the run that is done, 0 to 1.</summary>
    public double Fraction => Math.Min(1, (Round - 1 + (Training?.Fraction ?? 0)) / Rounds);
}
