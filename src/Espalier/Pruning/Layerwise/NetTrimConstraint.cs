namespace Espalier.Pruning.Layerwise;

/// <summary>
/// What a unit's sums must be like: within a ball around the dense outputs where those are active, and not above a ceiling where they
/// are not.
/// </summary>
/// <param name="targets">The dense outputs.</param>
/// <param name="isActive">Whether a sample belongs to the ball.</param>
/// <param name="ceilings">The most a sum may be where the sample does not.</param>
/// <param name="radius">eps, the ball's radius.</param>
internal sealed class NetTrimConstraint(double[] targets, bool[] isActive, double[] ceilings, double radius)
{
    /// <summary>eps.</summary>
    public double Radius => radius;

    /// <summary>The sum of the squares that outputs can have where they should be 0.</summary>
    public double SquaredCeilings()
    {
        double sum = 0;
        for (int i = 0; i < ceilings.Length; i++) sum += isActive[i] ? 0 : ceilings[i] * ceilings[i];
        return sum;
    }

    /// <summary>Replaces sums by the nearest ones that are allowed.</summary>
    public void Project(Span<double> sums)
    {
        double distance = Distance(sums), shrink = distance > radius ? radius / distance : 1;
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = isActive[i] ? targets[i] + shrink * (sums[i] - targets[i]) : Math.Min(sums[i], ceilings[i]);
        }
    }

    /// <summary>The distance of the active sums from the dense outputs.</summary>
    public double Distance(ReadOnlySpan<double> sums)
    {
        double squares = 0;
        for (int i = 0; i < sums.Length; i++)
        {
            if (isActive[i]) squares += (sums[i] - targets[i]) * (sums[i] - targets[i]);
        }

        return Math.Sqrt(squares);
    }

    /// <summary>How far the highest of the inactive sums is above its ceiling; 0 when none is.</summary>
    public double Overshoot(ReadOnlySpan<double> sums)
    {
        double most = 0;
        for (int i = 0; i < sums.Length; i++)
        {
            if (!isActive[i]) most = Math.Max(most, sums[i] - ceilings[i]);
        }

        return most;
    }
}
