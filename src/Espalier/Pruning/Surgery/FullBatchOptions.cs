using Espalier.Training.Optimizers;

namespace Espalier.Pruning.Surgery;

/// <summary>The choices of a training to the minimum.</summary>
public sealed record FullBatchOptions
{
    /// <summary>
    /// The factor of |w|^2 / 2 that is added to the mean loss; biases do not decay. Without one, the minimum of separable classes is at
    /// infinity.
    /// </summary>
    public double WeightDecay { get; init; }

    /// <summary>The most steps.</summary>
    public int MaxIterations { get; init; } = 1000;

    /// <summary>It ends where no derivative is larger.</summary>
    public double GradientTolerance { get; init; } = 1e-8;

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        static void Require(bool holds, string name, string range) => OptionRange.Require(holds, "Full-batch option", name, range);

        Require(WeightDecay >= 0 && double.IsFinite(WeightDecay), nameof(WeightDecay), "0 or more");
        Require(MaxIterations >= 1, nameof(MaxIterations), "at least 1");
        Require(GradientTolerance > 0 && double.IsFinite(GradientTolerance), nameof(GradientTolerance), "positive");
    }
}
