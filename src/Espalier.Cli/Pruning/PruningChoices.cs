using Espalier.Pruning;
using Espalier.Pruning.Allocation;

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
    /// <summary>Whether weights go while training goes on.</summary>
    public bool IsGradual => Method == MethodArguments.Gradual;

    /// <summary>Whether a person decides after each round.</summary>
    public bool IsInteractive => Method == MethodArguments.Interactive;
}
