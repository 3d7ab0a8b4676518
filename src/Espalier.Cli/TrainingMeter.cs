using Espalier.Training;

namespace Espalier.Cli;

/// <summary>Turns training progress into a progress bar's fraction and words.</summary>
internal sealed class TrainingMeter(Action<double, string> report) : IProgress<TrainingProgress>
{
    /// <inheritdoc/>
    public void Report(TrainingProgress value) => report(value.Fraction, Describe(value));

    /// <summary>The state of a run in a few words.</summary>
    public static string Describe(TrainingProgress value)
    {
        string text = FormattableString.Invariant($"epoch {value.Epoch}/{value.Epochs}, loss {value.Loss:0.0000}");
        if (value.TrainingErrorPercent is double training) text += FormattableString.Invariant($", error {training:0.00} %");
        if (value.ValidationErrorPercent is double validation) text += FormattableString.Invariant($", validation {validation:0.00} %");
        return text;
    }
}
