using Espalier.Pruning.Patterns;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// ExactOBS (Frantar, Singh and Alistarh 2022) by global selection over the units of each layer, with a least-squares fit of the whole
/// network after it: the method of choice for pruning without retraining. See <see cref="ExactObsTrace"/> and
/// <see cref="SequentialLeastSquares"/>.
/// </summary>
/// <remarks>
/// Where blocks leave as a whole, a layer may keep fewer weights than its budget, by less than a block. Where all layers compete, they do
/// so by the rise of their error in parts of the mean square of their sums, which is no estimate of the network's loss.
/// </remarks>
public sealed class ExactObs : PruningCriterion
{
    /// <summary>See <see cref="LayerHessian"/>.</summary>
    public double Damping { get; init; } = LayerHessian.DefaultDamping;

    /// <summary>
    /// Whether the survivors are fitted layer by layer to the dense network's sums, after each layer was pruned by itself.
    /// </summary>
    public bool FitsSequentially { get; init; } = true;

    /// <summary>The number of threads, 0 for one for each processor. It has no influence on the result.</summary>
    public int Threads { get; init; }

    /// <inheritdoc/>
    public override string Name => FitsSequentially ? "exact-obs" : "exact-obs-layers";

    /// <inheritdoc/>
    /// <remarks>
    /// Single weights, balanced slices in any order, and blocks of consecutive inputs of one unit: units do not meet in the layer's error,
    /// and are traced one by one.
    /// </remarks>
    public override bool CanFollow(PruningPattern pattern) => pattern is SingleWeights or BalancedSlices
        or WeightBlocks { Height: 1, Width: <= RowElimination.Capacity, IsContiguous: true };

    /// <inheritdoc/>
    public override Removal Remove(PruningContext context, RemovalBudget budget, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(budget);
        if (context.Layout is not null) RequireCanFollow(context.Layout.Pattern);
        TrainableNetwork network = context.Network, work = network.Clone();
        IReadOnlyList<ExactObsTrace> traces =
            ExactObsTrace.ComputeAll(network, context.Train, context.Layout, Damping, Threads, progress: null, cancellation);
        int[] keep = TraceBudget.Divide(context, budget, traces);
        using var engine = new ComputeEngine(Threads);
        WeightedPlace[] places = WeightedLayers.Of(work);
        for (int i = 0; i < places.Length; i++) traces[i].Solve(engine, keep[i], cancellation).Commit(places[i].Layer);
        if (FitsSequentially) SequentialLeastSquares.FitInPlace(engine, work, network, context.Train, Damping, cancellation);
        bool isAnyRemoved = work.LiveWeightCount < network.LiveWeightCount;
        new NetworkSnapshot(work).Restore(network);
        return new Removal(isAnyRemoved ? (float)traces.Select((trace, i) => trace.SteepestAt(keep[i])).Max() : null, null);
    }
}
