namespace Espalier.Training;

/// <summary>Where a run stands.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Epochs">The number of epochs.</param>
/// <param name="Step">The steps done in this epoch.</param>
/// <param name="StepsPerEpoch">The steps of an epoch.</param>
/// <param name="Loss">The mean loss over this epoch's samples so far.</param>
/// <param name="TrainingErrorPercent">The wrong classes of the same, in percent; null for regression.</param>
/// <param name="ValidationErrorPercent">The wrong classes of the validation part after the last epoch; null when there is none.</param>
/// <param name="LearningRate">The rate of the last step.</param>
/// <param name="Elapsed">The time since the run, or its continuation, began.</param>
/// <param name="Remaining">The time to the last epoch's end at the pace so far.</param>
public readonly record struct TrainingProgress(
    int Epoch, int Epochs, int Step, int StepsPerEpoch, double Loss, double? TrainingErrorPercent, double? ValidationErrorPercent,
    double LearningRate, TimeSpan Elapsed, TimeSpan Remaining)
{
    /// <summary>The part of the run that is done, 0 to 1.</summary>
    public double Fraction => (Epoch - 1 + (double)Step / StepsPerEpoch) / Epochs;
}
