namespace Espalier.Pruning;

/// <summary>How fast weights go on the way from the first to the last round.</summary>
public enum SparsitySchedule
{
    /// <summary>All at once, in the first round.</summary>
    OneStep,

    /// <summary>The same number each round.</summary>
    Linear,

    /// <summary>The same fraction of those left each round.</summary>
    Exponential,

    /// <summary>
    /// Many at first, few at last: s_t = s_f + (s_i - s_f) (1 - t)^3, with s the fraction removed (Zhu and Gupta 2017, equation 1).
    /// </summary>
    Cubic,
}

/// <summary>The curves of <see cref="SparsitySchedule"/>.</summary>
public static class SparsityScheduleCurves
{
    /// <summary>The number of weights that are left after the part <paramref name="progress"/> of the way.</summary>
    /// <param name="schedule">The curve.</param>
    /// <param name="progress">0 before the first round to 1 after the last.</param>
    /// <param name="start">The number of weights at the start.</param>
    /// <param name="end">The number of weights at the end, at least one.</param>
    public static int WeightsAt(this SparsitySchedule schedule, double progress, int start, int end)
    {
        progress = Math.Clamp(progress, 0, 1);
        double left = schedule switch
        {
            SparsitySchedule.OneStep => progress > 0 ? end : start,
            SparsitySchedule.Linear => start + (end - start) * progress,
            SparsitySchedule.Exponential => start * Math.Pow((double)end / start, progress),
            SparsitySchedule.Cubic => end + (start - end) * Math.Pow(1 - progress, 3),
            _ => throw new ArgumentOutOfRangeException(nameof(schedule), schedule, "Not a schedule."),
        };
        return (int)Math.Round(left, MidpointRounding.AwayFromZero);
    }
}
