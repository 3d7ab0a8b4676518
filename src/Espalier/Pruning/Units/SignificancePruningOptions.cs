using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>The choices of <see cref="SignificancePruner"/>.</summary>
public sealed record SignificancePruningOptions
{
    /// <summary>The first threshold, in parts of a layer's mean significance, above 0: 1 asks whether a unit is below average.</summary>
    public double Threshold { get; init; } = 1;

    /// <summary>Once a threshold halved again and again is below this, the run ends; above 0.</summary>
    public double LeastThreshold { get; init; } = 0.05;

    /// <summary>The rise of the error, in percentage points over that of the start, that is accepted; 0 to 100.</summary>
    public double ErrorRise { get; init; }

    /// <summary>The units that every layer keeps at least; at least one.</summary>
    public int MinimumUnits { get; init; } = 1;

    /// <summary>The training after each removal. Its loss is what evaluations report.</summary>
    public required TrainingOptions Retraining { get; init; }

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        if (!(LeastThreshold > 0 && Threshold >= LeastThreshold && double.IsFinite(Threshold)))
        {
            throw new EspalierException(FormattableString.Invariant(
                $"Thresholds from {Threshold} down to {LeastThreshold} make no sense; give numbers above 0, the higher first."));
        }

        if (MinimumUnits < 1) throw new EspalierException($"Pruning option MinimumUnits is {MinimumUnits}; it must be at least 1.");
        Retraining.Validate();
    }
}
