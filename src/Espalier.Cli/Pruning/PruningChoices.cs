using Espalier.Pruning;
using Espalier.Pruning.Allocation;
using Espalier.Pruning.Layerwise;

namespace Espalier.Cli.Pruning;

/// <summary>What a command line asks for, once it is known not to contradict itself.</summary>
/// <param name="Method">One of the names in <see cref="MethodArguments"/>.</param>
/// <param name="Target">How far to go, or null when the allocation or a person says so.</param>
/// <param name="Criterion">What a weight is worth.</param>
/// <param name="Scope">Which weights compete.</param>
/// <param name="Allocation">How many weights each layer keeps, or null to let the scope decide.</param>
internal sealed record PruningChoices(
    string Method, PruningTarget? Target, PruningCriterion Criterion, PruningScope Scope, LayerAllocation? Allocation)
{
    /// <summary>The part of the weights left that a step keeps when a person decides.</summary>
    public required double Step { get; init; }

    /// <summary>Whether weights go while training goes on.</summary>
    public bool IsGradual => Method == MethodArguments.Gradual;

    /// <summary>Whether a person decides after each round.</summary>
    public bool IsInteractive => Method == MethodArguments.Interactive;

    /// <summary>Throws when choices contradict each other or leave open how far to go.</summary>
    /// <exception cref="EspalierException">They do.</exception>
    public void RequireConsistent()
    {
        if (IsGradual && Allocation is not null)
        {
            throw new EspalierException("--allocation is for --method rounds, once and interactive; name one of them or leave it out.");
        }

        if (IsInteractive && Criterion is ExactObs { Pattern.GroupSize: > 1 })
        {
            throw new EspalierException("--pattern is for --method rounds and once; name one of them or leave it out.");
        }

        if (IsInteractive && Target is not null)
        {
            throw new EspalierException(
                "--interactive asks after each round how far to prune; leave --keep, --weights, --max-rise and --budget-bytes out.");
        }

        if (Target is null && !IsInteractive && Allocation is not FractionAllocation) throw TargetArguments.OneOfThem();
    }
}
