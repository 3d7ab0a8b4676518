using System.Runtime.CompilerServices;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>
/// Schedules by the matrices that they belong to, which estimate and emission both ask for; they go when their matrices go.
/// </summary>
internal static class ScheduleCache
{
    private static readonly ConditionalWeakTable<SparseMatrix, Schedules> s_schedules = new();

    /// <summary>The schedule of <paramref name="weights"/> for <paramref name="lanes"/> lanes, 1 to 16.</summary>
    /// <exception cref="System.ArgumentOutOfRangeException"><paramref name="lanes"/> is out of range.</exception>
    public static PermuteSchedule Of(SparseMatrix weights, int lanes)
    {
        // Two threads that come at once compute the same.
        if (lanes is < 1 or > GroupWork.MaxLanes) return PermuteSchedule.Build(weights, lanes);
        return s_schedules.GetOrCreateValue(weights).ByLanes[lanes] ??= PermuteSchedule.Build(weights, lanes);
    }

    private sealed class Schedules
    {
        public PermuteSchedule?[] ByLanes { get; } = new PermuteSchedule?[GroupWork.MaxLanes + 1];
    }
}
