using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Units;

/// <summary>A unit that samples show to be a constant, or another unit of its layer with a sign, plus a constant.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Twin">The other unit, or null for a constant.</param>
/// <param name="Sign">1 for a duplicate, -1 for a mirrored one, 0 for a constant.</param>
/// <param name="Offset">What is added: the middle of what was seen.</param>
internal sealed record UnitResemblance(int Unit, UnitFoldKind Kind, int? Twin, float Sign, float Offset)
{
    private static readonly (UnitFoldKind Kind, float Sign)[] s_forms =
        [(UnitFoldKind.Constant, 0), (UnitFoldKind.Duplicate, 1), (UnitFoldKind.Mirrored, -1)];

    /// <summary>
    /// All constants, then all pairs, in one pass over the samples. The first batch leaves few of the pairs, so that all others cost
    /// little.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="layer">The layer of units, from 1.</param>
    /// <param name="read">The units to look at.</param>
    /// <param name="range">The largest difference between the highest and the lowest value seen.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static IReadOnlyList<UnitResemblance> Find(
        TrainableNetwork network, Dataset samples, int layer, bool[] read, float range, CancellationToken cancellation)
    {
        // No loss is asked for; squared error is one that any output can have.
        using var engine = new ComputeEngine(threads: 0);
        var sweep = new SampleSweep(network, samples, LossKind.MeanSquaredError);
        List<Candidate> candidates = AllForms(read);
        sweep.Run(engine, (_, count) =>
        {
            float[] values = sweep.Pass.InputOf(layer);
            for (int i = 0; i < candidates.Count; i++) candidates[i] = candidates[i].Widened(values, read.Length, count, range);
            candidates.RemoveAll(candidate => candidate.Highest - candidate.Lowest > range);
        }, cancellation);
        return
        [
            .. candidates.OrderBy(candidate => candidate.Form).Select(candidate => new UnitResemblance(
                candidate.Unit, s_forms[candidate.Form].Kind, candidate.Form == 0 ? null : candidate.Twin, s_forms[candidate.Form].Sign,
                candidate.Lowest + (candidate.Highest - candidate.Lowest) / 2)),
        ];
    }

    private static List<Candidate> AllForms(bool[] read)
    {
        var candidates = new List<Candidate>();
        for (int unit = 0; unit < read.Length; unit++)
        {
            if (!read[unit]) continue;
            candidates.Add(new Candidate(unit, unit, 0, float.PositiveInfinity, float.NegativeInfinity));
            for (int twin = 0; twin < unit; twin++)
            {
                for (int form = 1; read[twin] && form < s_forms.Length; form++)
                {
                    candidates.Add(new Candidate(unit, twin, form, float.PositiveInfinity, float.NegativeInfinity));
                }
            }
        }

        return candidates;
    }

    private readonly record struct Candidate(int Unit, int Twin, int Form, float Lowest, float Highest)
    {
        /// <summary>The same with the values of a batch, as far as it takes to see that they are too far apart.</summary>
        public Candidate Widened(float[] values, int width, int count, float range)
        {
            (float lowest, float highest, float sign) = (Lowest, Highest, s_forms[Form].Sign);
            for (int start = 0; start < count * width && !(highest - lowest > range); start += width)
            {
                float difference = values[start + Unit] - sign * values[start + Twin];
                (lowest, highest) = (Math.Min(lowest, difference), Math.Max(highest, difference));
            }

            return this with { Lowest = lowest, Highest = highest };
        }
    }
}
