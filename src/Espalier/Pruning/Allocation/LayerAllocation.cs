namespace Espalier.Pruning.Allocation;

/// <summary>
/// Decides how many weights each layer keeps, where they do not compete with each other: the third choice beside
/// <see cref="PruningScope"/>. It looks at the network as it stands and remembers nothing, so that a run that was stopped goes on to the
/// same bits.
/// </summary>
public abstract class LayerAllocation
{
    /// <summary>What reports call it.</summary>
    public abstract string Name { get; }

    /// <summary>Looks at the network once; the plan then answers for any number of weights.</summary>
    /// <param name="context">The network, which is the same afterwards, with its training samples and loss.</param>
    /// <param name="criterion">What will choose the weights within the layers.</param>
    /// <param name="near">About the number of weights that the plan will be asked for.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="EspalierException">The method cannot treat this network.</exception>
    public abstract LayerPlan Prepare(
        PruningContext context, PruningCriterion criterion, int near, CancellationToken cancellation = default);
}
