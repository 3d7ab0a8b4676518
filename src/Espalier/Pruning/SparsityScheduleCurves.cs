namespace Espalier.Pruning;

/// <summary>The curves of <see cref="SparsitySchedule"/>.</summary>
public static class SparsityScheduleCurves
{
    /// <summary>The number of weights that are left after the part <paramref name="progress"/> of the way.</summary>
    /// <param name="schedule">The curve.</param>
    /// <param name="progress">0 before the first round to 1 after the last.</param>
    /// <param name="start">The number of weights at the start.</param>
    /// <param name="end">The number of weights at the end, at least one and at most <paramref name="start"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such schedule, or such an end.</exception>
    public static int WeightsAt(this SparsitySchedule schedule, double progress, int start, int end)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(end);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, start);
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
