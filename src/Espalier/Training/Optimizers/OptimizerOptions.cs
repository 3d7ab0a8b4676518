namespace Espalier.Training.Optimizers;

/// <summary>An optimizer with its constants. Weight decay never touches biases.</summary>
/// <param name="Kind">The rule.</param>
public sealed record OptimizerOptions(OptimizerKind Kind = OptimizerKind.Adam)
{
    /// <summary>The part of the velocity that survives a step of momentum or Nesterov descent.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Adam's decay of the mean gradient.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Adam's decay of the mean squared gradient.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>What Adam adds to the root of the mean squared gradient.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>
    /// The factor of w^2 / 2 in the penalty: coupled, it adds WeightDecay w to the gradient; decoupled, w loses rate x WeightDecay x w.
    /// </summary>
    public double WeightDecay { get; init; }

    /// <summary>
    /// Whether the decay bypasses the rule (Loshchilov and Hutter 2019). Coupled is the default, because magnitude
    /// pruning is tried with it: see <see cref="Pruning.GradualPruner"/>.
    /// </summary>
    public bool DecoupledDecay { get; init; }

    /// <summary>Throws when a constant is out of its range.</summary>
    /// <exception cref="EspalierException">Names the constant.</exception>
    public void Validate()
    {
        static void Require(bool holds, string name, string range) => OptionRange.Require(holds, "Optimizer option", name, range);

        Require(Enum.IsDefined(Kind), nameof(Kind), "one of the known rules");
        Require(Momentum is >= 0 and < 1, nameof(Momentum), "in [0, 1)");
        Require(Beta1 is >= 0 and < 1, nameof(Beta1), "in [0, 1)");
        Require(Beta2 is >= 0 and < 1, nameof(Beta2), "in [0, 1)");
        Require(Epsilon > 0 && double.IsFinite(Epsilon), nameof(Epsilon), "positive");
        Require(WeightDecay >= 0 && double.IsFinite(WeightDecay), nameof(WeightDecay), "0 or more");
    }
}
