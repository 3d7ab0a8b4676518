namespace Espalier.Training.Optimizers;

/// <summary>The learning rate as a function of the time in epochs, which may be a fraction.</summary>
/// <param name="Kind">How it falls.</param>
/// <param name="Initial">The rate at the start.</param>
public sealed record LearningRateSchedule(ScheduleKind Kind, double Initial)
{
    /// <summary>The rate at the end of the run (cosine, linear).</summary>
    public double Final { get; init; }

    /// <summary>What the rate is multiplied by every <see cref="Every"/> epochs (step, exponential).</summary>
    public double Factor { get; init; } = 0.1;

    /// <summary>The number of epochs that <see cref="Factor"/> stands for.</summary>
    public double Every { get; init; } = 1;

    /// <summary>The number of epochs over which the rate rises in a line from 0, whatever the kind.</summary>
    public double WarmupEpochs { get; init; }

    /// <summary>The same rate all along.</summary>
    public static LearningRateSchedule Constant(double rate) => new(ScheduleKind.Constant, rate);

    /// <summary>A line from <paramref name="initial"/> to <paramref name="final"/>.</summary>
    public static LearningRateSchedule Linear(double initial, double final) => new(ScheduleKind.Linear, initial) { Final = final };

    /// <summary>Half a cosine from <paramref name="initial"/> to <paramref name="final"/>.</summary>
    public static LearningRateSchedule Cosine(double initial, double final = 0) => new(ScheduleKind.Cosine, initial) { Final = final };

    /// <summary><paramref name="initial"/> times <paramref name="factor"/> after every <paramref name="every"/> epochs.</summary>
    public static LearningRateSchedule Step(double initial, double factor, double every) =>
        new(ScheduleKind.Step, initial) { Factor = factor, Every = every };

    /// <summary><paramref name="initial"/> times <paramref name="factor"/> to the power of epochs / <paramref name="every"/>.</summary>
    public static LearningRateSchedule Exponential(double initial, double factor, double every = 1) =>
        new(ScheduleKind.Exponential, initial) { Factor = factor, Every = every };

    /// <summary>The rate at <paramref name="epoch"/> of a run of <paramref name="epochs"/>.</summary>
    /// <param name="epoch">The time since the start; that of a step is its middle, (steps before it + 1/2) / (steps an epoch).</param>
    /// <param name="epochs">The length of the run in epochs.</param>
    public double At(double epoch, double epochs)
    {
        double progress = Math.Clamp(epoch / epochs, 0, 1);
        double rate = Kind switch
        {
            ScheduleKind.Step => Initial * Math.Pow(Factor, Math.Floor(epoch / Every)),
            ScheduleKind.Exponential => Initial * Math.Pow(Factor, epoch / Every),
            ScheduleKind.Cosine => Final + (Initial - Final) * (1 + Math.Cos(Math.PI * progress)) / 2,
            ScheduleKind.Linear => Initial + (Final - Initial) * progress,
            _ => Initial,
        };
        return epoch < WarmupEpochs ? rate * epoch / WarmupEpochs : rate;
    }

    /// <summary>Throws when a constant is out of its range.</summary>
    /// <exception cref="EspalierException">Names the constant.</exception>
    public void Validate()
    {
        static void Require(bool holds, string name, string range) => OptionRange.Require(holds, "Learning rate option", name, range);

        Require(Enum.IsDefined(Kind), nameof(Kind), "one of the known schedules");
        Require(Initial > 0 && double.IsFinite(Initial), nameof(Initial), "positive");
        Require(Final >= 0 && double.IsFinite(Final), nameof(Final), "0 or more");
        Require(Factor is > 0 and <= 1, nameof(Factor), "in (0, 1]");
        Require(Every > 0, nameof(Every), "positive");
        Require(WarmupEpochs >= 0, nameof(WarmupEpochs), "0 or more");
    }
}
