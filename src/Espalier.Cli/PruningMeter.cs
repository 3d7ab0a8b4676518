using Espalier.Pruning;

namespace Espalier.Cli;

/// <summary>Turns pruning progress into a progress bar's fraction and words.</summary>
internal sealed class PruningMeter(Action<double, string> report) : IProgress<PruningProgress>
{
    /// <inheritdoc/>
    public void Report(PruningProgress value)
    {
        string text = $"{SummaryTable.Number(value.Weights)} weights";
        report(value.Fraction, value.Training is { } training ? $"{text}, {TrainingMeter.Describe(training)}" : text);
    }
}
