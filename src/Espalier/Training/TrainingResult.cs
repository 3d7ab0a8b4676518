namespace Espalier.Training;

/// <summary>What a finished run came to.</summary>
/// <param name="History">Every epoch.</param>
/// <param name="BestEpoch">The epoch whose weights the network now has.</param>
/// <param name="StoppedEarly">Whether early stopping ended the run.</param>
public sealed record TrainingResult(IReadOnlyList<EpochRecord> History, int BestEpoch, bool StoppedEarly);
