namespace Espalier.Cli;

/// <summary>Turns the part that is done into a progress bar's fraction.</summary>
internal sealed class FractionMeter(Action<double, string> report) : IProgress<double>
{
    /// <inheritdoc/>
    public void Report(double value) => report(value, "");
}
