using Espalier.Training.Optimizers;

namespace Espalier.Pruning.Surgery;

/// <summary>The choices of <see cref="SequentialPruner"/>.</summary>
public sealed record SequentialPruningOptions
{
    /// <summary>Which parameter goes next.</summary>
    public DeletionOrder Order { get; init; } = DeletionOrder.OptimalBrainSurgeon;

    /// <summary>How the Hessian is made.</summary>
    public CurvatureOptions Curvature { get; init; } = new() { RecomputeEvery = 1 };

    /// <summary>
    /// Whether biases may go too and are counted, as Hassibi and Stork do it. A bias that went is 0 and frozen in the network in memory; a
    /// model file holds the 0, but no mask of biases.
    /// </summary>
    public bool IncludeBiases { get; init; }

    /// <summary>
    /// How many candidates are tried before the run ends: 1 for the classic rule, which ends at the first deletion that cannot stand.
    /// A single bad prediction ends a run early then; trying the next ones costs little.
    /// </summary>
    public int Attempts { get; init; } = int.MaxValue;

    /// <summary>The most deletions, those of dead units not counted.</summary>
    public int MaxDeletions { get; init; } = int.MaxValue;

    /// <summary>How far the error on the training samples may rise, in percentage points; for sets with classes.</summary>
    public double LargestErrorRise { get; init; }

    /// <summary>The largest mean loss on the training samples (without the penalty) that is tolerated, or null for any.</summary>
    public double? LargestLoss { get; init; }

    /// <summary>When the survivors are trained again.</summary>
    public RetrainingTime Retraining { get; init; }

    /// <summary>How they are trained. The weight decay is part of the function that deletions are judged by, retraining or not.</summary>
    public FullBatchOptions Training { get; init; } = new();

    /// <summary>Whether what deletions leave without effect goes with them.</summary>
    public bool DropDeadUnits { get; init; } = true;

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        static void Require(bool holds, string name, string range) => OptionRange.Require(holds, "Pruning option", name, range);

        PruningOptions.RequireKnown(Order);
        PruningOptions.RequireKnown(Retraining);
        Require(Attempts >= 1, nameof(Attempts), "at least 1");
        Require(MaxDeletions >= 1, nameof(MaxDeletions), "at least 1");
        Require(LargestErrorRise is >= 0 and <= 100, nameof(LargestErrorRise), "from 0 to 100");
        Require(LargestLoss is null || LargestLoss >= 0, nameof(LargestLoss), "0 or more");
        Curvature.Validate();
        Training.Validate();
    }
}
