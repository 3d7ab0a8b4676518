using Espalier.Training.Optimizers;

namespace Espalier.Pruning.Layerwise;

/// <summary>The choices of <see cref="NetTrim"/>.</summary>
public sealed record NetTrimOptions
{
    /// <summary>
    /// How far a unit's active outputs may be off, as a part of their length: eps of a unit is Epsilon |y|. In the cascade form, of the
    /// first layer's units.
    /// </summary>
    public double Epsilon { get; init; } = 0.05;

    /// <summary>What layers read.</summary>
    public NetTrimForm Form { get; init; } = NetTrimForm.Parallel;

    /// <summary>In the cascade form, how much more error a unit may make than its dense weights do on the same inputs.</summary>
    public double Slack { get; init; } = 1.1;

    /// <summary>The most samples, spread evenly over the set; every sample is a constraint of every unit.</summary>
    public int Samples { get; init; } = 1000;

    /// <summary>The most steps of ADMM for a unit.</summary>
    public int MaxIterations { get; init; } = 3000;

    /// <summary>A unit is done when both of ADMM's residuals are this part of what they are of.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        static void Require(bool holds, string name, string range) => OptionRange.Require(holds, "Net-Trim option", name, range);

        PruningOptions.RequireKnown(Form);
        Require(Epsilon is >= 0 and < 1, nameof(Epsilon), "in [0, 1)");
        Require(Slack >= 1 && double.IsFinite(Slack), nameof(Slack), "at least 1");
        Require(Samples >= 1, nameof(Samples), "at least 1");
        Require(MaxIterations >= 1, nameof(MaxIterations), "at least 1");
        Require(Tolerance is > 0 and < 1, nameof(Tolerance), "in (0, 1)");
    }
}
