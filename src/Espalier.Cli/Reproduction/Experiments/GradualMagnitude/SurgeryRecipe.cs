namespace Espalier.Cli.Reproduction.Experiments.GradualMagnitude;

/// <summary>How <see cref="MagnitudeRelatives"/> operates on a dense network. How many weights are left shows only afterwards.</summary>
/// <param name="Rates">The thresholds of the layers, in deviations.</param>
/// <param name="Decay">The coupled L2 term.</param>
/// <param name="EndRate">Where the rate of learning ends, which falls in a line while weights come and go.</param>
/// <param name="Epochs">The epochs in which they do.</param>
/// <param name="TuningEpochs">The epochs of the survivors.</param>
internal sealed record SurgeryRecipe(IReadOnlyList<double> Rates, double Decay, double EndRate, int Epochs, int TuningEpochs)
{
    /// <summary>All settings in words.</summary>
    public string Words => FormattableString.Invariant(
        $"surgery, rates {string.Join(' ', Rates.Select(rate => FormattableString.Invariant($"{rate}")))}, L2 {Decay}, ") +
        FormattableString.Invariant($"rate to {EndRate}, {Epochs} + {TuningEpochs} epochs");
}
