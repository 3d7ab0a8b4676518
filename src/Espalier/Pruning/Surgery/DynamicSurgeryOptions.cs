using Espalier.Training;

namespace Espalier.Pruning.Surgery;

/// <summary>The choices of <see cref="DynamicSurgery"/>.</summary>
public sealed record DynamicSurgeryOptions
{
    /// <summary>The training during which weights are removed and spliced back.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>The training of the survivors under the last mask, or null for none.</summary>
    public TrainingOptions? FineTuning { get; init; }

    /// <summary>
    /// c of the thresholds t = max(mean + c deviation, 0) of a layer's |w| as it is at the start: one for all layers, or one for each. The
    /// higher, the more weights go; how many is decided by the training.
    /// </summary>
    public IReadOnlyList<double> Rates { get; init; } = [4];

    /// <summary>
    /// A weight goes at (1 - h) t and comes back above (1 + h) t; between the two it stays what it is. At least 0, below 1.
    /// </summary>
    public double Hysteresis { get; init; } = 0.1;

    /// <summary>
    /// How fast surgery gets rare: a layer's mask is renewed before step n with probability (1 + gamma n)^-power. At least 0.
    /// </summary>
    public double Gamma { get; init; } = 1e-4;

    /// <summary>The power of that probability. At least 0.</summary>
    public double Power { get; init; } = 1;

    /// <summary>Draws the steps at which masks are renewed.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        if (Rates is not { Count: > 0 } || Rates.Any(rate => !double.IsFinite(rate)))
        {
            throw Fault("Rates", "at least one number, all finite");
        }

        if (!(Hysteresis is >= 0 and < 1)) throw Fault("Hysteresis", "in [0, 1)");
        if (!(Gamma >= 0)) throw Fault("Gamma", "0 or more");
        if (!(Power >= 0)) throw Fault("Power", "0 or more");
        if (Training.EarlyStopping is not null)
        {
            throw new EspalierException("Dynamic surgery cannot stop early while weights come and go; ask for it in fine-tuning only.");
        }

        Training.Validate();
        FineTuning?.Validate();

        static EspalierException Fault(string name, string range) => new($"Dynamic surgery option {name} must be {range}.");
    }
}
