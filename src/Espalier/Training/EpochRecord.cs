namespace Espalier.Training;

/// <summary>What an epoch came to.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Loss">The mean loss over the epoch's batches, each before its step.</param>
/// <param name="TrainingErrorPercent">The wrong classes of the same, in percent; null for regression.</param>
/// <param name="Validation">The validation part after the epoch, or null when there is none.</param>
/// <param name="LearningRate">The rate of the last step.</param>
public sealed record EpochRecord(int Epoch, double Loss, double? TrainingErrorPercent, Evaluation? Validation, double LearningRate);
