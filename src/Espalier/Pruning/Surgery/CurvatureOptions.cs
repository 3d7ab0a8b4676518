using Espalier.Training.Optimizers;

namespace Espalier.Pruning.Surgery;

/// <summary>How the Hessian of the whole network is made.</summary>
public sealed record CurvatureOptions
{
    /// <summary>
    /// What is added to its diagonal: the inverse starts at I / Alpha. Too small, and directions that the samples say nothing about move
    /// far; too large, and the order becomes that of magnitude.
    /// </summary>
    public double Alpha { get; init; } = 1e-4;

    /// <summary>
    /// The deletions after which it is made anew from the samples, because the network has moved; 1 for always, 0 for whenever a tenth of
    /// what was left is gone. In between, the inverse of what is left is exact for the Hessian of before.
    /// </summary>
    public int RecomputeEvery { get; init; }

    /// <summary>The most samples that it is made from, spread evenly over the set; 0 for all.</summary>
    public int Samples { get; init; } = 1000;

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        static void Require(bool holds, string name, string range) => OptionRange.Require(holds, "Curvature option", name, range);

        Require(Alpha > 0 && double.IsFinite(Alpha), nameof(Alpha), "positive");
        Require(RecomputeEvery >= 0, nameof(RecomputeEvery), "0 (automatic) or more");
        Require(Samples >= 0, nameof(Samples), "0 (all) or more");
    }

    /// <summary>The deletions until the next recomputation, with so many parameters left.</summary>
    internal int Interval(int live) => RecomputeEvery > 0 ? RecomputeEvery : Math.Max(1, live / 10);
}
