using Espalier.Training;

namespace Espalier.Cli.Reproduction.Experiments.ObdPrediction;

/// <summary>What became of one network.</summary>
/// <param name="Steps">Deletion without retraining; the first step is the dense network.</param>
/// <param name="Obd">OBD with retraining.</param>
/// <param name="Magnitude">Magnitude with retraining.</param>
/// <param name="DenseValidation">The dense network on the validation part.</param>
/// <param name="DenseTest">The dense network on the test part.</param>
/// <param name="TrainedOn">The dense network on the test part after training on as long as the pruned ones did, with their decay.</param>
internal sealed record ObdOutcome(
    IReadOnlyList<DeletionStep> Steps, RetrainedRun Obd, RetrainedRun Magnitude, Evaluation DenseValidation, Evaluation DenseTest,
    Evaluation TrainedOn)
{
    /// <summary>The error of ten outputs that answer how often each class occurs, whatever the image: the mean of p (1 - p).</summary>
    public const double Blind = 0.09;

    /// <summary>The largest ratio of OBD's error to magnitude's while OBD's is below <see cref="Blind"/>.</summary>
    public double LargestRatioToMagnitude => Steps.Skip(1).TakeWhile(step => step.Actual < Blind).Max(step => step.Actual / step.Magnitude);

    /// <summary>The part of all deletions up to which OBD's error is below <see cref="Blind"/>.</summary>
    public double BlindFrom => Deleted(Steps.TakeWhile(step => step.Actual < Blind).Last());

    /// <summary>The largest difference of predicted and actual error up to so many deletions, as a part of the actual error.</summary>
    public double LargestDifference(double deleted) => Steps.Where(step => Deleted(step) <= deleted + 1e-9).Max(Difference);

    /// <summary>The part of all deletions up to which every difference is within <paramref name="tolerance"/>.</summary>
    public double Reach(double tolerance) => Deleted(Steps.TakeWhile(step => Difference(step) <= tolerance).Last());

    /// <summary>The predicted over the actual rise of the error after so many deletions.</summary>
    public double RiseRatio(double deleted)
    {
        DeletionStep last = Steps.Last(step => Deleted(step) <= deleted + 1e-9);
        return (last.Predicted - Steps[0].Actual) / (last.Actual - Steps[0].Actual);
    }

    private double Deleted(DeletionStep step) => 1 - (double)step.Weights / Steps[0].Weights;

    private static double Difference(DeletionStep step) => Math.Abs(step.Predicted - step.Actual) / step.Actual;
}
