using System.Runtime.CompilerServices;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>Schedules by the matrices that they belong to, which estimate and emission both ask for; they go when their matrices go.</summary>
internal static class ScheduleCache
{
    private static readonly ConditionalWeakTable<SparseMatrix, Schedules> s_schedules = new();

    /// <summary>The schedule of <paramref name="weights"/> for 8 or 16 lanes.</summary>
    public static PermuteSchedule Of(SparseMatrix weights, int lanes)
    {
        Schedules schedules = s_schedules.GetOrCreateValue(weights);
        ref PermuteSchedule? schedule = ref lanes == VectorWidth.Vector512.Lanes() ? ref schedules.Wide : ref schedules.Narrow;

        // Two threads that come at once compute the same.
        return schedule ??= PermuteSchedule.Build(weights, lanes);
    }

    private sealed class Schedules
    {
        public PermuteSchedule? Wide, Narrow;
    }
}
