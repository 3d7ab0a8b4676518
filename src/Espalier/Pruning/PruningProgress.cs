using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>Where a pruning run stands.</summary>
/// <param name="Round">The round under way, from 1; of a gradual run, 1 while weights go and 2 in fine-tuning.</param>
/// <param name="Rounds">The number of rounds; null for a search, which makes as many as it needs.</param>
/// <param name="Weights">The weights that are left.</param>
/// <param name="Training">The retraining under way, or null.</param>
public readonly record struct PruningProgress(int Round, int? Rounds, int Weights, TrainingProgress? Training)
{
    /// <summary>The part of a search that is done, 0 to 1: it ends when cuts of every depth it tries have been taken back.</summary>
    public double Searched { get; init; }

    /// <summary>The part of the run that is done, 0 to 1.</summary>
    public double Fraction => Rounds is int rounds ? Math.Min(1, (Round - 1 + (Training?.Fraction ?? 0)) / rounds) : Searched;
}
