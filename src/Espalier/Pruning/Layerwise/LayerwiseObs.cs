using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// Layer-wise optimal brain surgeon (Dong, Chen and Pan 2017): the sensitivity of a weight is L_q = w_q^2 / (2 [Psi^-1]_qq), the least rise
/// of its layer's error; the lowest go, and the others of their unit move by -(w_q / [Psi^-1]_qq) Psi^-1 e_q each time. Down to a budget,
/// or for as long as sqrt(L_q) stays within a tolerance.
/// </summary>
/// <remarks>
/// With no <see cref="Interval"/> all is done as the authors' program does it: one inverse and one order for all deletions, and what the
/// moves do to weights that are gone already is cut off. That is the published method, and it takes a second; but the inverse of a unit
/// that has lost weights is another one. With an interval it is worked out anew, as the survivors are, after every so many deletions. In
/// the limit of one deletion that is <see cref="ExactObs"/>, which is exact in less time.
/// </remarks>
public sealed class LayerwiseObs : PruningCriterion
{
    /// <summary>See <see cref="LayerHessian"/>.</summary>
    public double Damping { get; init; } = LayerHessian.DefaultDamping;

    /// <summary>
    /// After how many deletions (of a layer; where all layers compete, of the network) inverses, survivors and sensitivities are computed
    /// anew; 0 for never.
    /// </summary>
    public int Interval { get; init; }

    /// <summary>The number of threads, 0 for one for each processor. It has no influence on the result.</summary>
    public int Threads { get; init; }

    /// <inheritdoc/>
    public override string Name => Interval == 0 ? "l-obs" : "l-obs-recomputed";

    /// <summary>
    /// The sensitivities L_q of all weights, an array for each layer that has any, in the order of its weights; 0 where they are gone.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="hessians">The Hessians of its layers.</param>
    /// <exception cref="EspalierException">A Hessian is singular.</exception>
    public static IReadOnlyList<double[]> Sensitivities(TrainableNetwork network, IReadOnlyList<LayerHessian> hessians)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(hessians);
        using var engine = new ComputeEngine(threads: 0);
        return
        [
            .. WeightedLayers.Of(network).Zip(hessians, (place, hessian) =>
                new LayerwiseObsLayer(engine, place.Layer, hessian, isExact: false).Sensitivities),
        ];
    }

    /// <inheritdoc/>
    /// <remarks>Where all layers compete, they do so by sensitivities in parts of the mean square of their sums.</remarks>
    public override Removal Remove(PruningContext context, RemovalBudget budget, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(budget);
        if (budget is { Scope: PruningScope.Global, LayerCounts: null })
        {
            return Run(context, isGlobal: true, (work, _) => budget with { Keep = Next(work.LiveWeightCount, budget.Keep) }, cancellation);
        }

        IReadOnlyList<int> end = MaskSelection.Shares(context.Network.PrunableParameters, budget);
        return Run(context, isGlobal: false, (work, _) => LayerCounts(work, (layer, i) => end[i]), cancellation);
    }

    /// <summary>
    /// Removes weights for as long as sqrt(L_q) is at most the tolerance of the layer (Dong, Chen and Pan 2017, algorithm 1).
    /// </summary>
    /// <param name="context">The network, which changes, with its training samples.</param>
    /// <param name="tolerances">One for each layer with weights, at least 0, in units of the layer's sums.</param>
    /// <param name="cancellation">Ends the removal, and leaves the network as it was.</param>
    /// <exception cref="EspalierException">The method cannot treat this network or these data, or a tolerance is negative.</exception>
    /// <exception cref="OperationCanceledException">The removal was cancelled.</exception>
    public Removal RemoveWithin(PruningContext context, IReadOnlyList<double> tolerances, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(tolerances);
        int layers = context.Network.PrunableParameters.Count;
        if (tolerances.Count != layers)
        {
            throw new ArgumentException($"{tolerances.Count} tolerances for {layers} layers.", nameof(tolerances));
        }

        foreach (double tolerance in tolerances)
        {
            if (tolerance >= 0) continue;
            throw new EspalierException(FormattableString.Invariant($"An error tolerance of {tolerance} cannot be; give 0 or more."));
        }

        return Run(context, isGlobal: false,
            (work, states) => LayerCounts(work, (layer, i) => layer.LiveCount - states[i].CountWithin(tolerances[i])), cancellation);
    }

    // Works on a copy, so that whatever goes wrong leaves the network as it was.
    private Removal Run(
        PruningContext context, bool isGlobal, Func<TrainableNetwork, LayerwiseObsLayer[], RemovalBudget> next,
        CancellationToken cancellation)
    {
        if (Interval < 0) throw new EspalierException($"An interval of {Interval} deletions cannot be; give 0 (never) or more.");
        using var engine = new ComputeEngine(Threads);
        IReadOnlyList<LayerHessian> hessians = LayerHessian.ComputeAll(engine, context.Network, context.Train, Damping, cancellation);
        TrainableNetwork work = context.Network.Clone();
        WeightedPlace[] places = WeightedLayers.Of(work);
        LayerwiseObsLayer[] states = [.. places.Zip(hessians, (place, hessian) =>
            new LayerwiseObsLayer(engine, place.Layer, hessian, isExact: Interval > 0, cancellation))];
        float highest = float.NegativeInfinity;
        for (bool goesOn = true; goesOn;)
        {
            RemovalBudget budget = next(work, states);
            if (budget.Keep == work.LiveWeightCount) break;
            float[][] scores = Array.ConvertAll(states, state => state.Scores(isGlobal && state.Scale > 0 ? state.Scale : 1));
            highest = Math.Max(highest, MaskSelection.Apply(work, scores, budget));
            for (int i = 0; i < places.Length; i++)
            {
                if (places[i].Layer.Weights.Mask is uint[] mask) states[i].Follow(engine, mask, cancellation);
            }

            goesOn = Interval > 0;
        }

        for (int i = 0; i < places.Length; i++) states[i].ToSolution().Commit(places[i].Layer);
        new NetworkSnapshot(work).Restore(context.Network);
        return new Removal(float.IsNegativeInfinity(highest) ? null : highest, null);
    }

    private RemovalBudget LayerCounts(TrainableNetwork work, Func<Parameter, int, int> end) =>
        RemovalBudget.PerLayer([.. work.PrunableParameters.Select((layer, i) => Next(layer.LiveCount, end(layer, i)))]);

    private int Next(int live, int end) => Interval == 0 ? end : Math.Max(end, live - Interval);
}
