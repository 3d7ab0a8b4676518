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
    /// <param name="layers">The units of the network.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="layer">The layer of units, from 1.</param>
    /// <param name="read">The units to look at.</param>
    /// <param name="range">The largest difference between the highest and the lowest value seen.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static IReadOnlyList<UnitResemblance> Find(
        UnitLayers layers, Dataset samples, int layer, bool[] read, float range, CancellationToken cancellation)
    {
        // No loss is asked for; squared error is one that any output can have.
        using var engine = new ComputeEngine(threads: 0);
        var sweep = new SampleSweep(layers.Network, samples, LossKind.MeanSquaredError);
        UnitParts[] units = layers.Units(layer).ToArray();
        List<Candidate> candidates = AllForms(units, read);
        sweep.Run(engine, (_, count) =>
        {
            for (int i = 0; i < candidates.Count; i++)
            {
                (UnitFace face, UnitFace twin) = (units[candidates[i].Unit].Faces[0], units[candidates[i].Twin].Faces[0]);
                candidates[i] = candidates[i].Widened(face.ValueIn(sweep.Pass), layers.Width(face.Value), face, twin, count, range);
            }

            candidates.RemoveAll(candidate => candidate.Highest - candidate.Lowest > range);
        }, cancellation);
        return
        [
            .. candidates.OrderBy(candidate => candidate.Form).Select(candidate => new UnitResemblance(
                candidate.Unit, s_forms[candidate.Form].Kind, candidate.Form == 0 ? null : candidate.Twin, s_forms[candidate.Form].Sign,
                candidate.Lowest + (candidate.Highest - candidate.Lowest) / 2)),
        ];
    }

    /// <summary>All that a unit might be; one with several faces is left out, for it would have to be so at each.</summary>
    private static List<Candidate> AllForms(UnitParts[] units, bool[] read)
    {
        var candidates = new List<Candidate>();
        for (int unit = 0; unit < read.Length; unit++)
        {
            if (!read[unit] || units[unit].Faces.Count != 1) continue;
            candidates.Add(new Candidate(unit, unit, 0, float.PositiveInfinity, float.NegativeInfinity));
            for (int twin = 0; twin < unit; twin++)
            {
                if (!read[twin] || !units[twin].IsCongruent(units[unit])) continue;
                for (int form = 1; form < s_forms.Length; form++)
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
        public Candidate Widened(float[] values, int width, UnitFace face, UnitFace twin, int count, float range)
        {
            (float lowest, float highest, float sign) = (Lowest, Highest, s_forms[Form].Sign);
            for (int sample = 0; sample < count && !(highest - lowest > range); sample++)
            {
                ReadOnlySpan<float> own = face.Of(values, sample, width), other = twin.Of(values, sample, width);
                for (int i = 0; i < own.Length; i++)
                {
                    float difference = own[i] - sign * other[i];
                    (lowest, highest) = (Math.Min(lowest, difference), Math.Max(highest, difference));
                }
            }

            return this with { Lowest = lowest, Highest = highest };
        }
    }
}
