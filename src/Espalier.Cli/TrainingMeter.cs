using System.Globalization;
using Espalier.Training;

namespace Espalier.Cli;

/// <summary>Turns training progress into a progress bar's fraction and words.</summary>
internal sealed class TrainingMeter(Action<double, string> report) : IProgress<TrainingProgress>
{
    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        double fraction = (value.Epoch - 1 + (double)value.Step / value.StepsPerEpoch) / value.Epochs;
        report(fraction, Describe(value));
    }

    /// <summary>The state of a run in a few words.</summary>
    public static string Describe(TrainingProgress value)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"epoch {value.Epoch}/{value.Epochs}, loss {value.Loss:0.0000}");
        if (value.TrainingErrorPercent is double training) text += string.Create(CultureInfo.InvariantCulture, $", error {training:0.00} %");
        if (value.ValidationErrorPercent is double validation) text += string.Create(CultureInfo.InvariantCulture, $", validation {validation:0.00} %");
        return text;
    }
}
